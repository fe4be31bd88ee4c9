import { expect, test } from "vitest";
import { unrelated } from "../../../../generator/annotation/builders.ts";
import type { Policy } from "../../../../generator/catalog/model.ts";
import { calledPerRow } from "../../../../generator/policy-calls.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (policy: Partial<Policy>, rowSecurity: "on" | "off" = "on") => {
  const extra = { rowSecurity, policies: [{ name: "own", ...policy }] };
  return {
    tables: [users({}, extra), table("prices", { id: "uuid pk" }, extra)],
    annotation: { users: person(), prices: unrelated("a price list") },
  };
};

test("L055 a policy that asks who is there for each row", () => {
  expect(subjects("L055", decide({ using: "(id = ( SELECT auth.uid() AS uid))" }))).toEqual([]);
  expect(findings("L055", decide({ using: "(id = auth.uid())" }))).toMatchObject([
    {
      level: "warning",
      subject: "public.users, policy own",
      message: expect.stringContaining("calls auth.uid() for each row"),
      remedy: expect.stringContaining("(select auth.uid()); alter policy own on public.users"),
      path: ["tables", "users"],
    },
  ]);
  expect(subjects("L055", decide({ using: null, check: "(id = auth.uid())" }))).toHaveLength(1);
  expect(subjects("L055", decide({ using: "(id = auth.uid())" }, "off"))).toEqual([]);
});

test.each([
  ["true", []],
  ["(deleted_at IS NULL)", []],
  ["(id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)", ["current_setting(…)"]],
  ["(id = ( SELECT (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid AS n))", []],
  ["(lower(email) = CURRENT_USER)", []],
  ["app.may_read(id)", []],
  ["(app.is_admin() OR (owner_id = auth.uid()))", ["app.is_admin()", "auth.uid()"]],
  ["(COALESCE(auth.role(), 'none'::text) = 'staff'::text)", ["auth.role()"]],
  ["not an expression (", []],
])("in %s: %j", (expression, calls) => {
  expect(calledPerRow(expression)).toEqual(calls);
});
