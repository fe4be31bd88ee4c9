/** SQL of the application's own at named points: once a request, set-based, an error is the batch's. */
import { beforeEach, describe, expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { erase, execute, executeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { failureOf, migrationFor, terms } from "../../support/schema-case.ts";

const people = subject({
  key: "id",
  columns: { id: keep(), email: pii.email(), ref: pii.null(), pending: pii.null({ at: "schedule" }) },
});
const posts = content({ owner: "person_id", columns: { body: pii.null() }, heavy: 100 });
const seats = keep("freed by a step");
const access = { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") };

const db = useScenario(
  `create table people (id bigint primary key, email text, ref text, pending text);
   create table posts (id bigint generated always as identity primary key, person_id bigint references people, body text);
   create index on posts (person_id);
   create table seats (person_id bigint, taken boolean not null);
   create index on seats (person_id);
   create table log (n bigint generated always as identity, what text not null, subjects bigint[], captured jsonb);
   create schema app;
   create procedure app.release_seats(people bigint[]) language plpgsql as $$
   begin
     if exists (select from seats where person_id = any (people) and taken is null) then raise 'seat'; end if;
     if 666 = any (people) then raise exception 'not released' using errcode = 'P0001'; end if;
     delete from seats where person_id = any (people);
   end $$;`,
  defineErasure({
    ...terms,
    access: { ...access, searchPath: ["public", "app"] },
    options: { loudly: false },
    tables: { people, posts, seats },
    steps: {
      told: {
        at: "schedule",
        why: "notes the address that is changing",
        capture: "t.pending",
        run: "insert into log (what, subjects, captured) values ('schedule', subjects, captured)",
      },
      back: {
        at: "cancel",
        why: "notes it",
        run: "insert into log (what, subjects) values ('cancel', subjects)",
      },
      release_seats: {
        at: "before",
        why: "frees the seats they booked",
        run: "call release_seats(subjects)",
      },
      remember: {
        at: "after",
        why: "keeps the number under which the office knows them",
        capture: "json_build_object('ref', t.ref, 'email', t.email)",
        strategies: ["anonymize", "hard_delete"],
        run: `
          insert into log (what, subjects, captured) values ('after', subjects, captured); -- two statements
          insert into log (what, captured)
          select 'one $tag$''s', e.value from jsonb_each(captured) e`,
      },
      loud: {
        at: "after",
        why: "is loud",
        when: "loudly",
        run: "insert into log (what, subjects) values ('loud', subjects)",
      },
    },
  }),
);

let next = 0;
let person = 0;
beforeEach(async () => {
  await db.sql`truncate log`;
  person = await somebody();
});
const somebody = async (id = ++next) => {
  await db.sql`insert into people values (${id}, ${`p${id}@example.com`}, ${`r${id}`}, ${`new${id}@example.com`})`;
  await db.sql`insert into seats values (${id}, true)`;
  return id;
};
const log = async () => {
  const rows = await db.sql<{ what: string; subjects: string[] | null; captured: unknown }[]>`
    select what, subjects, captured from log order by n
  `;
  return rows.map(({ what, subjects, captured }) => [what, subjects?.map(Number) ?? null, captured]);
};
const seatsOf = async (...ids: number[]) =>
  (await db.sql`select person_id::integer as id from seats where person_id = any (${ids}) order by 1`).map(
    (row) => row.id,
  );

test("at schedule what was there before, and on cancel", async () => {
  await schedule(db.sql, person);
  expect(await log()).toEqual([["schedule", [person], { [person]: `new${person}@example.com` }]]);
  await db.sql`select lethe.cancel_deletion(${person})`;
  expect((await log()).slice(1)).toEqual([["cancel", [person], null]]);
});

describe.each(["anonymize", "hard_delete"])("%s", (strategy) => {
  test("before and after, once for all of a batch, with what was looked up before", async () => {
    const other = await somebody();
    for (const p of [person, other]) await schedule(db.sql, p, { strategy, grace: "0" });
    await db.sql`truncate log`;
    expect(await executeDue(db.sql)).toMatchObject({ executed: 2 });
    const value = (p: number) => ({ ref: `r${p}`, email: `p${p}@example.com` });
    const [after, ...each] = await log();
    expect(after).toEqual([
      "after",
      expect.arrayContaining([person, other]),
      { [person]: value(person), [other]: value(other) },
    ]);
    expect(each).toEqual([
      ["one $tag$'s", null, value(person)],
      ["one $tag$'s", null, value(other)],
    ]);
    expect(await seatsOf(person, other)).toEqual([]);
    expect((await requestOf(db.sql, person)).preserved).toBeNull();
  });

  test("in steps: once, before the first and after the last", async () => {
    await db.sql`insert into posts (person_id, body) select ${person}, 'text' from generate_series(1, 6000)`;
    await db.sql`analyze posts`;
    await schedule(db.sql, person, { strategy, grace: "0" });
    await db.sql`truncate log`;
    expect(await execute(db.sql, person)).toBe("executing");
    expect([await seatsOf(person), await log()]).toEqual([[], []]);
    await db.sql`insert into seats values (${person}, true)`;
    for (let n = 0; n < 10 && (await requestOf(db.sql, person)).state === "executing"; n++)
      await execute(db.sql, person);
    expect(await seatsOf(person), "not a second time").toEqual([person]);
    expect((await log())[0]).toEqual([
      "after",
      [person],
      { [person]: { ref: `r${person}`, email: `p${person}@example.com` } },
    ]);
    expect(await log()).toHaveLength(2);
  });
});

test("strategies and options: a step runs only where it is meant", async () => {
  await erase(db.sql, person, { strategy: "soft_delete" });
  expect((await log()).map(([what]) => what)).toEqual(["schedule"]);
  await erase(db.sql, await somebody(), { options: { loudly: true } });
  expect((await log()).map(([what]) => what)).toEqual([
    "schedule",
    "schedule",
    "after",
    "one $tag$'s",
    "loud",
  ]);
});

test("a step that fails: nothing of it is done, and only theirs waits", async () => {
  await somebody(666);
  for (const p of [person, 666]) await schedule(db.sql, p, { grace: "0" });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1, failed: 1 });
  expect(await requestOf(db.sql, 666)).toMatchObject({
    state: "scheduled",
    last_error: "P0001",
    attempts: 1,
  });
  expect(await requestOf(db.sql, person)).toMatchObject({ state: "completed" });
  expect([await seatsOf(666), await db.sql`select email from people where id = 666`]).toEqual([
    [666],
    [{ email: "p666@example.com" }],
  ]);
  await db.sql`update lethe.deletion_request set state = 'cancelled' where subject_id = 666`;
});

test("explain says that they run", async () => {
  const lines = async (strategy: string) => {
    const rows = await db.sql`
      select table_name as t, action as a, rows::integer as n, reason from lethe.explain_deletion(${person}, ${strategy})
      where action = 'run'
    `;
    return rows.map(({ t, n, reason }) => [t, n, reason]);
  };
  expect(await lines("anonymize")).toEqual([
    ["step release_seats", 1, "before the erasure: frees the seats they booked"],
    ["step remember", 1, "after the erasure: keeps the number under which the office knows them"],
    ["step loud", 0, "after the erasure: is loud"],
  ]);
  expect((await lines("soft_delete")).map(([step]) => step)).toEqual(["step release_seats", "step loud"]);
});

test("nobody calls a step but Lethe; what it names must be there when the migration runs", async () => {
  const denied = await db.as("app_user");
  expect(await failureOf(denied`call lethe.step_release_seats(array[1], '{}')`)).toMatchObject({
    code: "42501",
  });
  const migration = await migrationFor(
    db.sql,
    defineErasure({
      ...terms,
      access,
      tables: { people, posts, seats },
      steps: { gone: { at: "after", why: "is not there", run: "call app.no_such_thing(subjects)" } },
    }),
  );
  expect(await failureOf(db.sql.begin((tx) => tx.unsafe(migration)))).toMatchObject({ code: "42883" });
});
