/** How many are still due: exactly, up to a thousand; beyond that a worker needs no more than "many". */
import { beforeAll, expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, subject } from "../../../generator/index.ts";
import { executeDue, schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text);
   create table visits (id bigint generated always as identity primary key, person_id bigint references people);
   create index on visits (person_id);
   insert into people select n, 'p' || n || '@example.com' from generate_series(1, 1010) n;`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["hard_delete"] },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      visits: content({ rows: "delete" }),
    },
  }),
);

beforeAll(async () => {
  await db.sql`select lethe.schedule_deletion(id, null, null, '0') from people where id <= 1003`;
});

test("1,002 are left: a thousand are counted", async () => {
  expect(await executeDue(db.sql, 1)).toEqual({ executed: 1, failed: 0, blocked: 0, remaining: "1000" });
});

test("a thousand are left, and then less: the number itself", async () => {
  expect(await executeDue(db.sql, 2)).toMatchObject({ executed: 2, remaining: "1000" });
  expect(await executeDue(db.sql, 1)).toMatchObject({ executed: 1, remaining: "999" });
});

test("who is in grace, or waits for another attempt, isn't due", async () => {
  await schedule(db.sql, 1010);
  await db.sql`
    update lethe.deletion_request set next_attempt_at = now() + interval '1 hour'
    where subject_id = any (array[1001, 1002]::bigint[])
  `;
  expect(await executeDue(db.sql, 500)).toMatchObject({ executed: 500, remaining: "497" });
  expect(await executeDue(db.sql, 500)).toMatchObject({ executed: 497, remaining: "0" });
});

test("while a migration is at work nobody is executed, and as many are told", async () => {
  for (const person of [1004, 1005]) await schedule(db.sql, person, { grace: "0" });
  const migration = await db.connect();
  await migration`begin`;
  await migration`select pg_advisory_xact_lock(hashtextextended('lethe migration', 0))`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0, remaining: "2" });
  await migration`rollback`;
});
