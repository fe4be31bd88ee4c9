import { expect, test } from "vitest";
import { content, pii, table as rules, via } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

test.each([
  ["email", pii.email(), "varchar(80)", "uuid"],
  ["template", pii.template("x{id}"), "public.citext", "int"],
  ["hash", pii.hash(), "text", "bytea"],
  ["truncate to year", pii.truncate("year"), "date", "text"],
  ["truncate to hour", pii.truncate("hour"), "timestamptz", "date"],
  ["truncate to network", pii.truncate("network"), "inet", "text"],
  ["jsonRemove", pii.jsonRemove(["email"]), "json", "text"],
  ["jsonSet", pii.jsonSet("name", null), "jsonb", "text"],
  ["emptyArray", pii.emptyArray(), "text[]", "text"],
  ["removeElement", pii.removeElement("t.id"), "uuid[]", "uuid"],
])("L029 %s", (_name, value, right, wrong) => {
  const decide = (type: string) => ({
    tables: [users({ value: type })],
    annotation: { users: person({ value }) },
  });
  expect(subjects("L029", decide(right))).toEqual([]);
  expect(findings("L029", decide(wrong))).toMatchObject([
    { subject: "public.users.value", path: ["tables", "users", "columns", "value"] },
  ]);
});

test("L029 {key} of a table without a key of one column", () => {
  const notes = (other: string) =>
    table("notes", { id: "uuid pk", n: other, user_id: "uuid index -> users", body: "text" });
  const decide = (other: string) => ({
    tables: [users(), notes(other)],
    annotation: { users: person(), notes: content({ columns: { body: pii.template("gone {key}") } }) },
  });
  expect(subjects("L029", decide("int"))).toEqual([]);
  expect(subjects("L029", decide("int pk"))).toEqual(["public.notes.body"]);
});

test("L029 {id} in rows that may belong to two people", () => {
  const letters = table("letters", {
    id: "uuid pk",
    from_id: "uuid index -> users",
    to_id: "uuid index -> users",
    body: "text",
  });
  const pages = table("pages", { id: "uuid pk", letter_id: "uuid index -> letters", body: "text" });
  const decide = (template: string, to: "detach" | "transform") => ({
    tables: [users(), letters, pages],
    annotation: {
      users: person(),
      letters: rules({
        columns: { body: pii.template(template) },
        rules: [content({ owner: "from_id" }), content({ owner: "to_id", rows: to })],
      }),
      pages: content({ owner: via("letters"), columns: { body: pii.template(template) } }),
    },
  });
  expect(subjects("L029", decide("gone {key}", "transform"))).toEqual([]);
  expect(subjects("L029", decide("gone {id}", "transform")).sort()).toEqual([
    "public.letters.body",
    "public.pages.body",
  ]);
  expect(subjects("L029", decide("gone {id}", "detach"))).not.toContain("public.letters.body");
});
