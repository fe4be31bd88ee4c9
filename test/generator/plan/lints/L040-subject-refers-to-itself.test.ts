import { expect, test } from "vitest";
import { keep } from "../../../../generator/annotation/builders.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (reference: string, more = {}) => ({
  tables: [users({ invited_by: reference })],
  annotation: { users: person({ invited_by: keep() }) },
  more,
});

test("L040 other people point at the one who is hard-deleted", () => {
  expect(subjects("L040", decide("uuid -> users set null"))).toEqual([]);
  expect(findings("L040", decide("uuid -> users"))).toMatchObject([
    { subject: "public.users.invited_by", path: ["tables", "users"] },
  ]);
  expect(findings("L040", decide("uuid -> users cascade"))[0]?.message).toContain("deletes other people");
  expect(subjects("L040", decide("uuid not null -> users set null"))).toHaveLength(1);
  expect(subjects("L040", decide("uuid -> users", { lifecycle: { strategies: ["anonymize"] } }))).toEqual([]);
});
