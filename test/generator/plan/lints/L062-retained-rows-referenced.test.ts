import { expect, test } from "vitest";
import { content, retain, unrelated, via } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

type Decision = Parameters<typeof findings>[1]["annotation"][string];
const kept = { for: "7 years", since: "issued", basis: "legal_obligation" };
const decide = (lines: Decision, link = "uuid index not null -> bills") => ({
  tables: [
    users(),
    table("bills", { id: "uuid pk", user_id: "uuid index -> users", issued: "date" }),
    table("lines", { id: "uuid pk", bill: link, issued: "date" }),
  ],
  annotation: { users: person(), bills: retain({ owner: "user_id", ...kept }), lines },
});
const none = unrelated("what was sold");

test("L062 rows that point at retained ones", () => {
  expect(subjects("L062", decide(retain({ owner: via("bills"), ...kept })))).toEqual([]);
  const [finding] = findings("L062", decide(none));
  expect(finding).toMatchObject({
    subject: "public.lines.bill",
    level: "warning",
    path: ["tables", "bills", "rules", 0],
  });
  expect(finding?.message).toContain("would keep rows of public.bills from being purged");
  expect(subjects("L062", decide(content({ owner: via("bills"), rows: "delete" })))).toEqual([]);
});

test("L062 foreign keys that act", () => {
  expect(findings("L062", decide(none, "uuid index -> bills cascade"))[0]?.message).toContain("go with them");
  expect(subjects("L062", decide(none, "uuid index -> bills set null"))).toEqual([]);
});
