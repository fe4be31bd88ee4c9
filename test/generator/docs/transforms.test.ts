/** The table of transforms in docs/annotation.md shows the SQL that is really written. */
import { expect, test } from "vitest";
import type { TransformInput } from "../../../generator/annotation/input.ts";
import { changeSql } from "../../../generator/emit/value.ts";
import * as builders from "../../../generator/index.ts";
import { readPage } from "./blocks.ts";

const rows = [
  ...readPage("docs/annotation.md").matchAll(/^\| `((?:pii|secret|mfa|set)\b.*?)` \| (.*?) \| `(.*)` \|$/gm),
].map(([, call = "", type = "", sql = ""]) => ({ call, type, sql: sql.replaceAll("\\|", "|") }));

/** The builder's result for a call as it stands in the table. */
function evaluate(call: string): TransformInput {
  const { pii, secret, mfa, set } = builders;
  return new Function("pii", "secret", "mfa", "set", `return ${call}`)(
    pii,
    secret,
    mfa,
    set,
  ) as TransformInput;
}

test.each(rows)("$call", ({ call, type, sql }) => {
  const {
    personal,
    secret,
    mfa,
    at: _at,
    restore: _r,
    onSoftDelete: _s,
    effect: _e,
    unless,
    ...transform
  } = evaluate(call);
  const change = {
    column: "c",
    type,
    baseType: type,
    notNull: false,
    transform,
    personal,
    secret: secret ?? false,
    mfa: mfa ?? false,
    unless: unless ?? null,
    yieldsTo: [],
  };
  expect(changeSql(change, { id: "t.user_id", key: "t.id" }).assignment).toBe(sql);
});

test("every transform has a row", () => {
  const shown = new Set(rows.map(({ call }) => call.replace(/\(.*/s, "")));
  const all = [...Object.keys(builders.pii).map((name) => `pii.${name}`), "secret", "mfa.secret", "set"];
  expect(all.filter((name) => !shown.has(name))).toEqual([]);
});
