import { expect, test } from "vitest";
import { pii, set } from "../../../../generator/annotation/builders.ts";
import { findings, person, subjects, users } from "./lint.ts";

const own = (type: string, value: string | number | boolean) => ({
  tables: [users({ value: type })],
  annotation: { users: person({ value: pii.replace(value) }) },
});

test("L017 a label that the enum lacks", () => {
  expect(subjects("L017", own("enum(live|gone)", "gone"))).toEqual([]);
  expect(findings("L017", own("enum(live|gone)", "deleted"))).toMatchObject([
    {
      subject: "public.users.value",
      path: ["tables", "users", "columns", "value"],
      remedy: 'write one of "live", "gone"',
    },
  ]);
  const tables = [users({ status: "enum(live)" })];
  expect(subjects("L017", { tables, annotation: { users: person({ status: set("gone") }) } })).toEqual([
    "public.users.status",
  ]);
});

test.each<[string, string | number | boolean, string | number | boolean]>([
  ["int", 0, "deleted"],
  ["smallint", "-1", 40_000],
  ["numeric", 1.5, "none"],
  ["boolean", false, 0],
  ["uuid", "00000000-0000-0000-0000-000000000000", "deleted"],
  ["date", "1900-01-01", "deleted"],
  ["timestamptz", "-infinity", true],
  ["inet", "0.0.0.0", "none"],
  ["jsonb", "{}", "deleted"],
  ["text", 0, ""],
])("L017 %s takes %j, not %j", (type, right, wrong) => {
  expect(subjects("L017", own(type, right))).toEqual([]);
  expect(subjects("L017", own(type, wrong))).toEqual(type === "text" ? [] : ["public.users.value"]);
});
