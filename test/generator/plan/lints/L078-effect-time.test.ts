import { expect, test } from "vitest";
import type { EffectInput } from "../../../../generator/annotation/input.ts";
import { withEffects } from "./effects.ts";
import { findings } from "./lint.ts";

const of = (effect: Omit<EffectInput, "handler">, lifecycle = {}) =>
  findings(
    "L078",
    withEffects({ mail: { handler: "mail", payload: { to: "t.email" }, ...effect } }, {}, { lifecycle }),
  ).map((finding) => finding.path?.at(-1));

test("L078 a time that never comes, or too late", () => {
  expect(of({ at: "before", lead: "3 days" })).toEqual([]);
  expect(of({ at: "before", lead: "14 days" })).toEqual(["lead"]);
  expect(of({ at: "before", lead: "3 days" }, { gracePeriod: "2 days" })).toEqual(["lead"]);
  expect(of({ at: "before" })).toEqual(["at"]);
  expect(of({ at: "before", required: true })).toEqual([]);
  expect(of({ at: "schedule", required: true })).toEqual([]);
  expect(of({ required: true })).toEqual(["required"]);
  expect(of({ at: "cancel", required: true })).toEqual(["required"]);
  expect(of({ lead: "3 days" })).toEqual(["lead"]);
  expect(of({ strategies: ["soft_delete"] })).toEqual([]);
  expect(of({ strategies: ["soft_delete"] }, { strategies: ["anonymize"] })).toEqual(["strategies"]);
});
