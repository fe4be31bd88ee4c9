import { expect, test } from "vitest";
import type { Step } from "../../../../generator/annotation/model.ts";
import { findings, person, subjects, users } from "./lint.ts";

const run = "call app.release(subjects)";
const decide = (step: Partial<Step>) => ({
  tables: [users()],
  annotation: { users: person() },
  more: {
    lifecycle: { strategies: ["anonymize" as const] },
    options: { loudly: false },
    steps: { release: { at: "before" as const, why: "frees the seats", run, ...step } },
  },
});

test("L071: strategies and options that the moment doesn't know", () => {
  expect(subjects("L071", decide({}))).toEqual([]);
  expect(subjects("L071", decide({ strategies: ["anonymize"], when: "loudly" }))).toEqual([]);
  expect(findings("L071", decide({ strategies: ["hard_delete"] }))).toMatchObject([
    { subject: "steps.release", path: ["steps", "release", "strategies"] },
  ]);
  expect(subjects("L071", decide({ at: "schedule", strategies: ["anonymize"] }))).toEqual(["steps.release"]);
  expect(subjects("L071", decide({ at: "schedule", when: "loudly" }))).toEqual([]);
  expect(subjects("L071", decide({ at: "cancel", unless: "loudly" }))).toEqual(["steps.release"]);
});

test("L071: what is looked up is used, and what is used is looked up", () => {
  const uses = "insert into log select key, value from jsonb_each_text(captured)";
  expect(subjects("L071", decide({ run: uses, capture: "t.email" }))).toEqual([]);
  expect(findings("L071", decide({ run: uses }))).toMatchObject([{ level: "error" }]);
  expect(findings("L071", decide({ capture: "t.email" }))).toMatchObject([{ level: "warning" }]);
});
