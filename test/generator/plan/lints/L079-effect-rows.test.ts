import { expect, test } from "vitest";
import { pii } from "../../../../generator/annotation/builders.ts";
import type { EffectInput } from "../../../../generator/annotation/input.ts";
import { withEffects } from "./effects.ts";
import { findings } from "./lint.ts";

const of = (effect: Omit<EffectInput, "handler">, columns = {}) =>
  findings(
    "L079",
    withEffects({ files: { handler: "s3", payload: { id: "t.id" }, ...effect } }, columns),
  ).map((finding) => finding.message);

test("L079 for each row of something that is nobody's, or gone", () => {
  expect(of({ forEach: "uploads" })).toEqual([]);
  expect(of({ forEach: "public.uploads" })).toEqual([]);
  expect(of({ forEach: "upload" })).toEqual(['there is no table "upload"']);
  expect(of({ forEach: "prices" })).toEqual(['the rows of "prices" are nobody\'s']);
  expect(of({ forEach: { table: "uploads", owner: "user_id" } })).toEqual([]);
  expect(of({ forEach: { table: "uploads", owner: { by: "sql", expression: "t.x" } } })).toEqual([
    '"uploads" has no rule with that owner',
  ]);
  expect(of({ forEach: "sessions", at: "schedule" })).toEqual([]);
  expect(of({ forEach: "sessions" })).toHaveLength(1);
  expect(of({ forEach: "uploads" }, { thumbnail: pii.null({ effect: "files" }) })).toEqual([]);
  expect(of({ forEach: "uploads" }, { avatar: pii.null({ effect: "files" }) })).toHaveLength(1);
  expect(of({ forEach: "uploads" })).toEqual([]);
});
