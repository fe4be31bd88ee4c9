import { expect, test } from "vitest";
import { retain } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const terms = { owner: "user_id", for: "7 years", since: "issued", basis: "legal_obligation" };
const decide = (id: string) => ({
  tables: [users(), table("bills", { id, user_id: "uuid index -> users", issued: "date" })],
  annotation: { users: person(), bills: retain(terms) },
});

test("L060 retained rows without a primary key", () => {
  expect(subjects("L060", decide("uuid pk"))).toEqual([]);
  expect(findings("L060", decide("uuid unique not null"))).toMatchObject([
    { subject: "public.bills", level: "error", path: ["tables", "bills", "rules", 0] },
  ]);
  expect(subjects("L060", decide("uuid pk"))).toEqual([]);
});
