import { expect, test } from "vitest";
import type { EffectInput } from "../../../../generator/annotation/input.ts";
import { withEffects } from "./effects.ts";
import { findings } from "./lint.ts";

const make = (after: Record<string, string[]>, at: Record<string, EffectInput["at"]> = {}) =>
  withEffects(
    Object.fromEntries(
      Object.entries(after).map(([name, names]) => [
        name,
        {
          handler: "x",
          payload: { id: "t.id" },
          after: names,
          at: at[name],
          ...(at[name] === "before" ? { required: true } : {}),
        },
      ]),
    ),
  );

test("L077 after an effect that isn't there", () => {
  expect(findings("L077", make({ bucket: ["files"], files: [] }))).toEqual([]);
  expect(findings("L077", make({ bucket: ["file"], files: [] }))).toMatchObject([
    { subject: "effect bucket", path: ["effects", "bucket", "after"], remedy: 'did you mean "files"?' },
  ]);
  expect(findings("L077", make({ bucket: ["files"], files: [] }))).toEqual([]);
});

test("L077 a circle is told once", () => {
  expect(findings("L077", make({ a: ["b"], b: ["c"], c: [] }))).toEqual([]);
  expect(findings("L077", make({ a: ["b"], b: ["c"], c: ["a"] }))).toMatchObject([
    { message: expect.stringMatching(/circle: . → . → . → .$/) },
  ]);
  expect(findings("L077", make({ a: ["a"] }))).toHaveLength(1);
  expect(findings("L077", make({ a: ["b"], b: ["c"], c: [] }))).toEqual([]);
});

test("L077 after one that is due later", () => {
  expect(findings("L077", make({ a: ["b"], b: [] }, { b: "schedule" }))).toEqual([]);
  expect(findings("L077", make({ a: ["b"], b: [] }, { a: "schedule" }))).toHaveLength(1);
  expect(findings("L077", make({ a: ["b"], b: [] }, { a: "cancel" }))).toHaveLength(1);
  expect(findings("L077", make({ a: ["b"], b: [] }, { a: "cancel", b: "before" }))).toEqual([]);
});
