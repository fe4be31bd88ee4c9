/** The statements of a step stand in a procedure as they were written: nothing in them may end it, or do more than change rows. */
import { describe, expect, test } from "vitest";
import { parseStatements } from "../../generator/sql-statements.ts";

describe("what a step can run", () => {
  test.each([
    "call app.release(subjects)",
    "select app.release(s) from unnest(subjects) s",
    "delete from seats where person_id = any (subjects);",
    "insert into log select * from jsonb_each(captured); update seats set taken = false -- and a comment",
    "with gone as (delete from seats where person_id = any (subjects) returning *) insert into log select * from gone",
    "merge into seats t using unnest(subjects) s on s = t.person_id when matched then delete",
    "select 'it''s; $$ not the end', $x$ $y$ $x$",
  ])("%s", (text) => expect(parseStatements(text).ok).toBe(true));

  test.each([
    ["", "it is empty"],
    ["-- nothing", "it is empty"],
    ["delete from seats where", "syntax error"],
    ["select 'open", "unterminated quoted string"],
    ["delete from seats; commit", "begin or end a transaction"],
    ["set role postgres", "change settings"],
    ["do $$ begin end $$", "run a do block"],
    ["create table t ()", "this kind of statement"],
    ["grant all on seats to public", "this kind of statement"],
    ["truncate seats", "this kind of statement"],
    ["copy seats to program 'sh'", "this kind of statement"],
    ["select 1 into t", "select into makes a table"],
    ["select $1", "it has a parameter"],
    ["select '$function$'", "it contains $function$"],
    ["select 1 $function$; drop table seats; --", "it contains $function$"],
  ])("refuses %j", (text, message) => {
    expect(parseStatements(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });

  test("says where, in units of JavaScript", () => {
    expect(parseStatements("select '💺'; \n commit")).toMatchObject({ ok: false, offset: 15 });
    expect(parseStatements("select '💺', from")).toMatchObject({ ok: false, offset: 13 });
  });
});
