/**
 * An erasure in steps against a cancel (PITFALLS 27): until `executing` is committed nothing of the many rows goes, so
 * that a cancel finds everything; from then on there is no cancel. Nobody comes back to half-erased data.
 */
import { beforeEach, expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { blocked } from "../../support/interleave.ts";
import { execute, executeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table posts (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
   create index on posts (person_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      posts: content({ columns: { body: pii.null() }, heavy: 1 }),
    },
  }),
);
const posts = 20;
let person = 0;
let request = "";
beforeEach(async () => {
  person++;
  await db.sql`insert into people values (${person}, ${`p${person}@example.com`})`;
  await db.sql`insert into posts (person_id, body) select ${person}::bigint, 'text' from generate_series(1, ${posts}::integer)`;
  request = (await schedule(db.sql, person, { grace: "0" })).request_id;
});

type Sql = typeof db.sql;
const look = async (sql: Sql) => {
  const [row] = await sql`
    select p.email, (select count(*)::integer from posts where person_id = p.id and body is not null) as posts
    from people p where p.id = ${person}
  `;
  return row;
};
const whole = () => ({ email: `p${person}@example.com`, posts });
const cancel = (sql: Sql) => sqlState(sql`select lethe.cancel_deletion(${person})`);
const step = async (sql: Sql) =>
  (await sql`select lethe.continue_deletion(${request}) as state`)[0]?.state as string;

test.each([
  ["execute_due_deletions", (sql: Sql) => executeDue(sql)],
  ["execute_deletion", (sql: Sql) => execute(sql, person)],
])(
  "%s: its transaction leaves the many rows alone; nobody else's step begins before it is committed",
  async (_, begin) => {
    const worker = await db.connect();
    await worker`begin`;
    await begin(worker);
    expect(await look(worker)).toMatchObject({ posts });
    expect(await step(db.sql)).toBe("waiting");
    expect(await look(db.sql)).toEqual(whole());
    await worker`commit`;
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "executing" });
    expect(await look(db.sql)).toMatchObject({ posts });
  },
);

test("a cancel that comes meanwhile waits, and is refused once it is committed", async () => {
  const [worker, app] = [await db.connect(), await db.connect()];
  await worker`begin`;
  await executeDue(worker);
  const waiting = await blocked(db.sql, app, () => cancel(app));
  await worker`commit`;
  expect(await waiting.result).toBe("LT008");
  for (let n = 0; n < 5 && (await step(db.sql)) !== "completed"; n++);
  expect(await look(db.sql)).toEqual({ email: `deleted_${person}@deleted.invalid`, posts: 0 });
});

test("a worker that dies before that: the cancel wins, and finds everything", async () => {
  const [worker, app] = [await db.connect(), await db.connect()];
  await worker`begin`;
  await executeDue(worker);
  const waiting = await blocked(db.sql, app, () => cancel(app));
  await worker`rollback`;
  expect(await waiting.result).toBe("none");
  expect(await look(db.sql)).toEqual(whole());
  expect(await step(db.sql), "a stale job").toBe("cancelled");
  expect(await look(db.sql)).toEqual(whole());
});

test("a step of somebody who hasn't begun touches nothing", async () => {
  expect(await step(db.sql)).toBe("scheduled");
  expect(await look(db.sql)).toEqual(whole());
});
