import { expect, test } from "vitest";
import { ack, content, unrelated } from "../../../../generator/annotation/builders.ts";
import type { TableDecision } from "../../../../generator/annotation/input.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (
  writes: string[],
  more: {
    history?: TableDecision;
    triggers?: Record<string, ReturnType<typeof ack>>;
    enabled?: boolean;
  } = {},
) => ({
  tables: [
    users(
      {},
      { triggers: [{ name: "copy", events: ["insert", "update"], writes, enabled: more.enabled ?? true }] },
    ),
    table("users_history", { id: "bigint pk", user_id: "uuid index -> users", row: "jsonb" }),
    table("audit.log", { id: "bigint pk", row: "jsonb" }),
  ],
  annotation: {
    users: person({}, { triggers: more.triggers }),
    users_history: more.history ?? unrelated("who changed what"),
    "audit.log": unrelated("who did what"),
  },
});

test("L053 rows copied to where nothing is erased", () => {
  expect(subjects("L053", decide([]))).toEqual([]);
  expect(findings("L053", decide(["users_history"]))).toMatchObject([
    {
      level: "warning",
      subject: "public.users, trigger copy",
      message: expect.stringMatching(
        /public\.copy writes rows into public\.users_history \(on insert, update\)/,
      ),
      path: ["tables", "users"],
    },
  ]);
  expect(findings("L053", decide(["audit.log"]))[0]?.remedy).toContain('decide "audit.log"');
  expect(subjects("L053", decide(["users_history", "audit.log"]))).toHaveLength(2);
});

test("L053 fine where the copies are erased, somebody said why, or nothing is copied", () => {
  expect(subjects("L053", decide(["users_history"], { history: content({ rows: "delete" }) }))).toEqual([]);
  expect(subjects("L053", decide(["users_history"], { triggers: { copy: ack("only the time") } }))).toEqual(
    [],
  );
  expect(subjects("L053", decide(["users_history"], { enabled: false }))).toEqual([]);
  expect(subjects("L053", decide(["users", "not_there"]))).toEqual([]);
});
