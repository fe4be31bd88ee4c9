import { describe, expect, test } from "vitest";
import { ack, content, keep, pii, session } from "../../../../generator/annotation/builders.ts";
import type { Trigger } from "../../../../generator/catalog/model.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

type Given = Partial<Trigger> & Pick<Trigger, "name" | "events">;
const touch: Given = { name: "touch", events: ["update"] };

describe("L024 a trigger that fires during erasure", () => {
  const own = (trigger: Given, more = {}) => ({
    tables: [users({ name: "text", locale: "text" }, { triggers: [trigger] })],
    annotation: { users: person({ name: pii.null(), locale: keep() }, more) },
  });

  test("of the subject", () => {
    expect(subjects("L024", own({ ...touch, enabled: false }))).toEqual([]);
    expect(findings("L024", own(touch))).toMatchObject([
      { subject: "public.users, trigger touch", path: ["tables", "users"] },
    ]);
    expect(subjects("L024", own(touch, { triggers: { touch: ack("sets updated_at") } }))).toEqual([]);
    expect(findings("L024", own(touch, { triggers: { other: ack("…") } }))[0]?.path).toEqual([
      "tables",
      "users",
      "triggers",
    ]);
  });

  test("only on the events and columns that are touched", () => {
    expect(subjects("L024", own({ ...touch, events: ["insert"] }))).toEqual([]);
    expect(subjects("L024", own({ ...touch, updateOf: ["locale"] }))).toEqual([]);
    expect(subjects("L024", own({ ...touch, updateOf: ["locale", "name"] }))).toHaveLength(1);
    expect(
      subjects("L024", own({ ...touch, events: ["delete"], level: "statement", timing: "after" })),
    ).toHaveLength(1);
  });

  test("of other tables", () => {
    const sessions = (event: "update" | "delete") =>
      table(
        "sessions",
        { id: "uuid pk", user_id: "uuid index -> users" },
        { triggers: [{ name: "log", events: [event] }] },
      );
    const decide = (event: "update" | "delete") => ({
      tables: [users(), sessions(event)],
      annotation: { users: person(), sessions: session() },
    });
    expect(subjects("L024", decide("update"))).toEqual([]);
    expect(subjects("L024", decide("delete"))).toEqual(["public.sessions, trigger log"]);
  });

  test("of a partition, beside those of its parent", () => {
    const logs = table(
      "logs",
      { id: "bigint pk", user_id: "uuid index -> users" },
      { kind: "partitioned table", triggers: [touch] },
    );
    const part = (...triggers: Given[]) =>
      table(
        "logs_1",
        { id: "bigint pk", user_id: "uuid index" },
        { kind: "partition", partitionOf: "public.logs", triggers },
      );
    const decide = (...triggers: Given[]) => ({
      tables: [users(), logs, part(...triggers)],
      annotation: { users: person(), logs: content({ rows: "detach", triggers: { touch: ack("fine") } }) },
    });
    expect(subjects("L024", decide(touch))).toEqual([]);
    expect(subjects("L024", decide(touch, { name: "own", events: ["update"] }))).toEqual([
      "public.logs_1, trigger own",
    ]);
  });
});
