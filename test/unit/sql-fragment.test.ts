import { describe, expect, test } from "vitest";
import { parseExpression } from "../../generator/sql-fragment.ts";

describe("an expression", () => {
  test.each([
    ["t.deleted_at is null", ["deleted_at"], []],
    ['t."e-Mail" = t.email or is_admin', ["e-Mail", "email"], ["is_admin"]],
    ["exists (select 1 from orders o where o.user_id = t.id)", ["id"], []],
    ["(t.data ->> 'user_id')::uuid", ["data"], []],
    ["(t.address).street is null", ["address"], []],
    ["nullif(current_setting('app.user_id', true), '')::uuid", [], []],
    ["(select max(x) from unnest(t.list) x)", ["list"], ["x"]],
    ["auth.uid()", [], []],
    ["null", [], []],
    ["t.a /* why */ > 1", ["a"], []],
    ["t.a > 1 -- why\n and t.b", ["a", "b"], []],
  ])("%s", (text, columns, bareColumns) => {
    expect(parseExpression(text)).toEqual({ ok: true, columns, bareColumns });
  });
});

describe("anything else is refused", () => {
  test.each([
    ["", "it is empty", 0],
    [" \n", "it is empty", 0],
    ["t.a ==", "it ends before it is complete", 0],
    ["t.a) or (true", 'syntax error at or near ")"', 3],
    ["t.a), (t.b", 'syntax error at or near ")"', 3],
    ["t.a; drop table users", 'syntax error at or near ";"', 3],
    ["t.a from users t", 'syntax error at or near "from"', 4],
    ["t.a as b", 'syntax error at or near "as"', 4],
    ["t.a, t.b", "expected one expression, found 2 with commas between", 0],
    ["t.a -- always", "it ends in a comment, which would swallow the SQL behind it", 4],
    ["t.a = $1", "it has a parameter ($1), and nothing would give it a value", 6],
    ["select id from users", "a subquery needs parentheses around it", 0],
    ["t.name = 'it", "unterminated quoted string", 9],
    // The parser counts characters; an offset counts what JavaScript counts.
    ["t.name = '🙂' t.b", 'syntax error at or near "t"', 14],
  ])("%s", (text, message, offset) => {
    expect(parseExpression(text)).toEqual({ ok: false, message, offset });
  });
});
