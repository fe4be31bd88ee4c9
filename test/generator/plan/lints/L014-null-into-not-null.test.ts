import { expect, test } from "vitest";
import { content, pii, secret } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

test("L014 NULL into a NOT NULL column", () => {
  const strict = [users({ name: "text not null" })];
  expect(
    subjects("L014", {
      tables: [users({ name: "text" })],
      annotation: { users: person({ name: pii.null() }) },
    }),
  ).toEqual([]);
  expect(
    findings("L014", { tables: strict, annotation: { users: person({ name: pii.null() }) } }),
  ).toMatchObject([
    { subject: "public.users.name", path: ["tables", "users", "columns", "name"], level: "error" },
  ]);
  expect(
    subjects("L014", { tables: strict, annotation: { users: person({ name: pii.replace("-") }) } }),
  ).toEqual([]);
});

test("L014 a domain that is NOT NULL, and a secret", () => {
  const domain = { name: "public.label", notNull: true, checks: [] };
  const tables = [users({ name: "text", password: "text not null" }, { columns: { name: { domain } } })];
  const wrong = findings("L014", {
    tables,
    annotation: { users: person({ name: pii.null(), password: secret() }) },
  });
  expect(wrong.map((each) => each.subject)).toEqual(["public.users.name", "public.users.password"]);
  expect(wrong[1]?.remedy).toContain('password: secret({ to: "!" })');
  const right = person({ name: pii.replace("-"), password: secret({ to: "!" }) });
  expect(subjects("L014", { tables, annotation: { users: right } })).toEqual([]);
});

test("L014 in a rule's columns, once for all strategies", () => {
  const notes = table("notes", { id: "uuid pk", user_id: "uuid index -> users", body: "text not null" });
  const decide = (body: ReturnType<typeof pii.null>) => ({
    tables: [users(), notes],
    annotation: { users: person(), notes: content({ owner: "user_id", rows: "detach", columns: { body } }) },
  });
  expect(findings("L014", decide(pii.null())).map((each) => each.path)).toEqual([
    ["tables", "notes", "columns", "body"],
  ]);
  expect(findings("L014", decide(pii.replace("-")))).toEqual([]);
});
