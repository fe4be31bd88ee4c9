/** L044: a match must be proved, and unique: alone, beside other columns, or as an expression. */
import { expect, test } from "vitest";
import { content, keep, match, pii, subject } from "../../../generator/annotation/builders.ts";
import type { Index } from "../../../generator/catalog/model.ts";
import { table } from "./catalog-builder.ts";
import { findings, subjects } from "./lints/lint.ts";

type Options = Parameters<typeof match>[1];
const codes = (options: Options, index: Partial<Index> & { columns: Index["columns"] }) => ({
  tables: [
    table(
      "users",
      { id: "uuid pk", tenant_id: "text", email: "text" },
      { indexes: [{ unique: true, ...index }] },
    ),
    table(
      "codes",
      { id: "uuid pk", tenant: "text", address: "text" },
      { indexes: [{ columns: ["tenant", "address"] }] },
    ),
  ],
  annotation: {
    users: subject({ key: "id", columns: { id: keep(), tenant_id: keep(), email: pii.email() } }),
    codes: content({ owner: match("address", options), rows: "delete" }),
  },
});
const email = { value: "email", if: "true" };
const beside = { ...email, and: { tenant: "tenant_id" } };
const lower = { value: { sql: "lower(t.email)" }, if: "true" };
const expression = { columns: [null], expressions: ["lower(email)"] };

test("unique beside another column only: that column must be equal too", () => {
  const index = { columns: ["tenant_id", "email"] };
  expect(subjects("L044", codes(beside, index))).toEqual([]);
  const [finding] = findings("L044", codes(email, index));
  expect(finding?.message).toBe("two people may have the same email: no unique index says otherwise");
  expect(finding?.remedy).toContain("add with `and` the columns that tell people apart");
  expect(subjects("L044", codes(beside, { columns: ["email"] }))).toEqual([]);
  expect(subjects("L044", codes(beside, { columns: ["tenant_id", "id", "email"] }))).toEqual([
    "public.codes.address",
  ]);
});

test("an expression needs an index on that expression", () => {
  expect(subjects("L044", codes(lower, expression))).toEqual([]);
  const [finding] = findings("L044", codes(lower, { columns: ["email"] }));
  expect(finding?.remedy).toContain("create unique index on public.users ((lower(email)))");
  expect(subjects("L044", codes(lower, { columns: [null], expressions: ["upper(email)"] }))).toEqual([
    "public.codes.address",
  ]);
  const both = { ...lower, and: { tenant: "tenant_id" } };
  expect(
    subjects("L044", codes(both, { columns: [null, "tenant_id"], expressions: ["lower(email)"] })),
  ).toEqual([]);
});

test("the index of the rows begins with what is compared", () => {
  expect(subjects("L025", codes(beside, { columns: ["tenant_id", "email"] }))).toEqual([]);
  const [finding] = findings("L025", codes(email, { columns: ["email"] }));
  expect(finding?.remedy).toContain("create index concurrently on public.codes (address);");
});

test("columns that aren't there", () => {
  const options = { ...email, and: { tenant: "tenant" } };
  expect(subjects("L011", codes(options, { columns: ["email"] }))).toEqual(["public.users.tenant"]);
});
