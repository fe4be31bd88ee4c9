/**
 * Session stores without a foreign key, where no check of PostgreSQL's own waits for the person's row: what the
 * guard itself does is all there is.
 */
import { beforeEach, expect, test } from "vitest";
import { defineErasure, keep, ownerSql, pii, presets, session, subject } from "../../../generator/index.ts";
import { blocked } from "../../support/interleave.ts";
import { execute, schedule, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table store (sid text primary key, sess json not null);
   create index on store (((sess ->> 'person')::bigint));`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      store: session({ owner: ownerSql("(t.sess ->> 'person')::bigint") }),
    },
  }),
);

let person = 0;
beforeEach(async () => {
  await db.sql`insert into people values (${++person}, ${`p${person}@example.com`})`;
});
const signIn = () =>
  `insert into store values ('s' || ${person}, '{"person": ${person}}') on conflict (sid) do update set sess = excluded.sess`;
const left = async () => {
  const rows = await db.sql`select from store where sess ->> 'person' = ${String(person)}`;
  return rows.length;
};

test("first: the schedule waits for it and takes it along", async () => {
  const [app, scheduler] = [await db.connect(), await db.connect()];
  await app`begin`;
  await app.unsafe(signIn());
  const waiting = await blocked(db.sql, scheduler, () => schedule(scheduler, person));
  await app`commit`;
  await waiting.result;
  expect(await left()).toBe(0);
});

test("second: it waits for the schedule and is refused", async () => {
  const [app, scheduler] = [await db.connect(), await db.connect()];
  await scheduler`begin`;
  await schedule(scheduler, person);
  const waiting = await blocked(db.sql, app, () => app.unsafe(signIn()));
  await scheduler`commit`;
  expect(await sqlState(waiting.result)).toBe("LT010");
  expect(await left()).toBe(0);
});

test("by an upsert of a session that is there: the same", async () => {
  await db.sql`insert into store values (${`s${person}`}, '{}')`;
  const [app, scheduler] = [await db.connect(), await db.connect()];
  await app`begin`;
  await app.unsafe(signIn());
  const waiting = await blocked(db.sql, scheduler, () => schedule(scheduler, person));
  await app`commit`;
  await waiting.result;
  expect(await left()).toBe(0);
});

test("afterwards, while the row is being executed: refused at once, without waiting for anybody", async () => {
  await schedule(db.sql, person, { grace: "0" });
  const [app, worker] = [await db.connect({ lock_timeout: "2s" }), await db.connect()];
  await worker`begin`;
  await execute(worker, person);
  expect(await sqlState(app.unsafe(signIn()))).toBe("LT010");
  await worker`commit`;
  expect(await sqlState(app.unsafe(signIn()))).toBe("LT010");
});

test.each(["anonymize", "hard_delete"])("after %s: refused for good", async (strategy) => {
  await schedule(db.sql, person, { strategy, grace: "0" });
  await execute(db.sql, person);
  expect(await sqlState(db.sql.unsafe(signIn()))).toBe("LT010");
});
