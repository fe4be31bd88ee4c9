import { expect, test } from "vitest";
import { pii } from "../../../../generator/annotation/builders.ts";
import { withEffects } from "./effects.ts";
import { findings, subjects } from "./lint.ts";

test("L076 a column names an effect that isn't there", () => {
  const named = { avatar: pii.null({ effect: "avatr" }) };
  expect(subjects("L076", withEffects({ avatr: { handler: "blob" } }, named))).toEqual([]);
  expect(
    findings("L076", withEffects({ avatar: { handler: "blob", payload: { id: "t.id" } } }, named)),
  ).toMatchObject([
    {
      subject: "public.users.avatar",
      path: ["tables", "users", "columns", "avatar", "effect"],
      remedy: expect.stringContaining('did you mean "avatar"?'),
    },
  ]);
  expect(subjects("L076", withEffects({ avatr: { handler: "blob" } }, named))).toEqual([]);
});

test("L076 an effect that nothing feeds", () => {
  expect(subjects("L076", withEffects({ crm: { handler: "crm", payload: { id: "t.id" } } }))).toEqual([]);
  expect(findings("L076", withEffects({ crm: { handler: "crm" } }))).toMatchObject([
    { subject: "effect crm", path: ["effects", "crm"] },
  ]);
  expect(
    subjects("L076", withEffects({ crm: { handler: "crm" } }, { thumbnail: pii.null({ effect: "crm" }) })),
  ).toEqual([]);
});
