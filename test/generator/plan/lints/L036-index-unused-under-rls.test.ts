import { expect, test } from "vitest";
import type { Extra } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (
  more: { rls?: "hide" | "restrict" },
  indexes: Extra["indexes"],
  email = "text not null unique",
) => ({
  tables: [users({ email }, { indexes })],
  annotation: { users: person({}, more) },
});

test("L036 an index that a policy puts out of use", () => {
  const lower = [{ name: "by_lower", columns: [null], expressions: ["lower(email)"] }];
  expect(subjects("L036", decide({ rls: "hide" }, []))).toEqual([]);
  expect(findings("L036", decide({ rls: "hide" }, lower))).toMatchObject([
    {
      subject: "public.users",
      level: "warning",
      path: ["tables", "users", "rls"],
      message: expect.stringContaining("by_lower"),
    },
  ]);
  expect(subjects("L036", decide({}, lower))).toEqual([]);
  expect(subjects("L036", decide({ rls: "hide" }, [{ columns: ["email"], method: "gin" }]))).toHaveLength(1);
  expect(subjects("L036", decide({ rls: "hide" }, [], "public.citext unique"))).toHaveLength(1);
});
