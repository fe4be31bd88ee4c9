import { expect, test } from "vitest";
import { jobs, pii, secret } from "../../../../generator/annotation/builders.ts";
import type { EffectInput } from "../../../../generator/annotation/input.ts";
import { withEffects } from "./effects.ts";
import { findings } from "./lint.ts";

const of = (effect: Partial<EffectInput>, columns = {}) =>
  findings("L080", withEffects({ crm: { handler: "crm", payload: { id: "t.id" }, ...effect } }, columns)).map(
    (finding) => finding.message,
  );

test("L080 a payload that can't be made, or that must not leave", () => {
  expect(of({ payload: { mail: "lower(t.email)" }, where: "t.avatar is not null" })).toEqual([]);
  expect(of({ payload: { mail: "t.mail" } })).toEqual(['public.users has no column "mail"']);
  expect(of({ where: "t.mail is not null" })).toEqual(['public.users has no column "mail"']);
  expect(of({ forEach: "uploads", payload: { key: "t.file" } })).toEqual([]);
  expect(of({ forEach: "uploads", payload: { key: "t.email" } })).toEqual([
    'public.uploads has no column "email"',
  ]);
  expect(of({ payload: { all: "to_jsonb(t)" } })).toHaveLength(1);
  expect(of({ payload: { key: "t.secret" } })).toHaveLength(1);
  expect(of({}, { avatar: secret({ effect: "crm" }) })).toEqual(["a secret doesn't leave the database"]);
  expect(of({ payload: { avatar: "t.id" } }, { avatar: pii.null({ effect: "crm" }) })).toHaveLength(1);
  expect(of({ payload: { token: "cancel_token" } })).toHaveLength(1);
  expect(of({ payload: { token: "cancel_token" }, at: "schedule" })).toEqual([]);
});

test("L080 jobs of everybody", () => {
  expect(of(jobs({ key: "'user:' || t.id" }))).toEqual([]);
  expect(of(jobs({ tasks: ["send_mail"], payload: { userId: "t.id" } }))).toEqual([]);
  expect(of(jobs({ tasks: ["send_mail"] }))).toHaveLength(1);
});
