import { expect, test } from "vitest";
import { session, unrelated } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (of: Record<string, string[]>) => ({
  tables: [
    users({}, { publications: of.users }),
    table("sessions", { id: "uuid pk", user_id: "uuid index -> users" }, { publications: of.sessions }),
    table("prices", { id: "uuid pk" }, { publications: of.prices }),
  ],
  annotation: { users: person(), sessions: session(), prices: unrelated("a price list") },
});

test("L051 personal rows in a publication, one finding for all its tables", () => {
  expect(subjects("L051", decide({}))).toEqual([]);
  expect(subjects("L051", decide({ prices: ["all"] }))).toEqual([]);
  expect(findings("L051", decide({ users: ["all"], sessions: ["all"], prices: ["all"] }))).toMatchObject([
    {
      level: "warning",
      subject: "publication all",
      message: expect.stringContaining("public.sessions, public.users"),
      path: ["tables", "sessions"],
    },
  ]);
  expect(subjects("L051", decide({ users: ["b", "a"] }))).toEqual(["publication a", "publication b"]);
});

test("L051 a partition that is published by itself", () => {
  const one = decide({});
  const visits = table("visits", { user_id: "uuid index -> users" }, { kind: "partitioned table" });
  const january = table(
    "visits_1",
    { user_id: "uuid" },
    { partitionOf: "public.visits", publications: ["p"] },
  );
  const annotation = { ...one.annotation, visits: session() };
  expect(subjects("L051", { tables: [...one.tables, visits, january], annotation })).toEqual([
    "publication p",
  ]);
});
