import { expect, test } from "vitest";
import { retain } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (since: string) => ({
  tables: [
    users(),
    table("bills", {
      id: "uuid pk",
      user_id: "uuid index -> users",
      no: "text",
      issued: "date",
      paid: "timestamptz",
    }),
  ],
  annotation: {
    users: person(),
    bills: retain({ owner: "user_id", for: "7 years", since, basis: "legal_obligation" }),
  },
});

test("L061 a time that is counted from no date", () => {
  expect(subjects("L061", decide("issued"))).toEqual([]);
  const [finding] = findings("L061", decide("no"));
  expect(finding).toMatchObject({
    subject: "public.bills.no",
    level: "error",
    path: ["tables", "bills", "rules", 0, "since"],
  });
  expect(finding?.remedy).toBe('write a date or a time: since: "issued" or "paid"');
  expect(subjects("L061", decide("paid"))).toEqual([]);
});

test("a column that isn't there is told as such", () => {
  expect(subjects("L061", decide("sent"))).toEqual([]);
  expect(subjects("L011", decide("sent"))).toEqual(["public.bills.sent"]);
});
