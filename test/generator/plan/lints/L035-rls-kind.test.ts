import { expect, test } from "vitest";
import type { Extra } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (rls: "hide" | "restrict", extra: Extra) => ({
  tables: [users({}, extra)],
  annotation: { users: person({}, { rls }) },
});
const policies = [{ name: "everyone" }];

test('L035 "hide" permits every row', () => {
  expect(subjects("L035", decide("hide", {}))).toEqual([]);
  expect(findings("L035", decide("hide", { policies, rowSecurity: "on" }))).toMatchObject([
    { subject: "public.users", path: ["tables", "users", "rls"], level: "error" },
  ]);
  expect(subjects("L035", decide("restrict", { policies, rowSecurity: "on" }))).toEqual([]);
  expect(subjects("L035", decide("hide", { rowSecurity: "on" }))).toEqual(["public.users"]);
});

test('L035 "restrict" permits none', () => {
  expect(subjects("L035", decide("restrict", {}))).toEqual(["public.users"]);
  const only = [{ name: "ours", permissive: false }];
  expect(subjects("L035", decide("restrict", { policies: only, rowSecurity: "on" }))).toEqual([
    "public.users",
  ]);
  expect(findings("L035", decide("restrict", { policies }))[0]?.message).toContain("not in force");
});
