import { expect, test } from "vitest";
import type { View } from "../../../../generator/catalog/model.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (view: Partial<View>, rls?: "hide") => ({
  tables: [users()],
  annotation: { users: person({}, { view: "active_users", ...(rls && { rls }) }) },
  views: [{ view: "people", reads: ["public.users"], ...view }],
});

test("L054 a view that shows hidden people", () => {
  expect(subjects("L054", decide({ securityInvoker: true }, "hide"))).toEqual([]);
  expect(findings("L054", decide({}, "hide"))).toMatchObject([
    {
      level: "warning",
      subject: "public.people",
      path: ["tables", "users", "rls"],
      remedy: expect.stringMatching(
        /alter view public\.people set \(security_invoker = true\); or let it read public\.active_users/,
      ),
    },
  ]);
  expect(subjects("L054", decide({}))).toEqual([]);
  expect(subjects("L054", decide({ reads: [] }, "hide"))).toEqual([]);
  expect(subjects("L054", decide({ materialized: true }, "hide"))).toEqual([]);
});
