import { expect, test } from "vitest";
import { content, pii } from "../../../../generator/annotation/builders.ts";
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
