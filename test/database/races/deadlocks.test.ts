/** One order of locks everywhere: whatever is called at once, PostgreSQL never finds a deadlock (PITFALLS 22, 23). */
import postgres from "postgres";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { executeDue } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";
import { until } from "../worker/support.ts";

const db = useDatabase("reference");
const users = 600;
/** Those who own no active collection. */
const people = Array.from({ length: users }, (_, index) => index + 1)
  .filter((n) => n % 3 !== 0)
  .map((n) => userId(n));
let crowd: postgres.Sql;

beforeAll(async () => {
  await seed(db.sql, { users });
  await db.sql`update lethe.annotation set cancel_cooldown = '0'`;
});
beforeEach(() => {
  // Found soon, so that the test is over soon; a deadlock that a function catches is counted all the same.
  const connection = { deadlock_timeout: 50, application_name: "crowd" };
  crowd = postgres(db.url, { max: 16, onnotice: () => {}, connection });
});
afterEach(() => crowd.end());

async function deadlocks(): Promise<number> {
  // A backend reports when it has been idle for a while, and before it ends.
  await crowd.end();
  await until("the crowd has gone", async () => {
    const rows = await db.sql`
      select from pg_stat_activity where datname = current_database() and application_name = 'crowd'
    `;
    return rows.length === 0;
  });
  const [row] = await db.sql<{ deadlocks: string }[]>`
    select deadlocks from pg_stat_database where datname = current_database()
  `;
  return Number(row?.deadlocks);
}

test("schedule, cancel, execute, sign in and write to each other, all at once", async () => {
  const some = people.slice(0, 60);
  const pick = () => some[Math.floor(Math.random() * some.length)] as string;
  const seen = new Set<string>();
  const acts = [
    () => crowd`select lethe.schedule_deletion(${pick()}, null, null, '0')`,
    () => crowd`select lethe.schedule_deletion(${pick()}, 'hard_delete', null, '0')`,
    () => crowd`select lethe.cancel_deletion(${pick()})`,
    () => crowd`select lethe.cancel_deletion(${pick()})`,
    () => crowd`select lethe.execute_deletion(${pick()})`,
    () => crowd`select lethe.execute_due_deletions(3)`,
    () => crowd`insert into sessions (user_id, token) values (${pick()}, gen_random_uuid()::text)`,
    () => crowd`insert into messages (sender_id, recipient_id, body) values (${pick()}, ${pick()}, 'x')`,
    () => crowd`update users set locale = 'it' where id = ${pick()}`,
  ];
  const end = Date.now() + 3_000;
  const caller = async (first: number) => {
    for (let n = first; Date.now() < end; n++)
      seen.add(await sqlState((acts[n % acts.length] as (typeof acts)[number])()));
  };
  await Promise.all(Array.from({ length: 14 }, (_, n) => caller(n * 5)));
  expect([...seen].filter((state) => !/^(none|LT0\d\d|23503|55P03)$/.test(state))).toEqual([]);
  expect(seen).toContain("none");
  expect(await deadlocks()).toBe(0);
});

test("workers with disjoint batches over the messages between their people", async () => {
  const all = people.slice(60);
  await db.sql`
    insert into messages (sender_id, recipient_id, body)
    select a, b, 'between' from unnest(${all}::uuid[]) with ordinality x (a, n), unnest(${all}::uuid[]) with ordinality y (b, m)
    where (n * 7 + m * 3) % 11 = 0
  `;
  await db.sql`
    select lethe.schedule_deletion(p, case n % 2 when 0 then 'anonymize' else 'hard_delete' end, null, '0')
    from unnest(${all}::uuid[]) with ordinality q (p, n)
    order by random()
  `;
  const worker = async () => {
    let executed = 0;
    for (let call = 0; call < 20; call++) {
      const outcome = await executeDue(crowd, 40);
      executed += outcome.executed;
      expect(outcome.failed).toBe(0);
      if (outcome.remaining === "0") break;
    }
    return executed;
  };
  const done = await Promise.all([worker(), worker(), worker(), worker()]);
  const [left] = await db.sql`
    select count(*)::integer as open from lethe.deletion_request where state = 'scheduled' and subject_id = any (${all}::uuid[])
  `;
  expect(left?.open).toBe(0);
  expect(done.filter((executed) => executed > 0).length, "more than one of them worked").toBeGreaterThan(1);
  expect(await deadlocks()).toBe(0);
  const [rest] = await db.sql`
    select count(*)::integer as readable from messages where sender_id = any (${all}::uuid[]) and body <> '[deleted]'
  `;
  expect(rest?.readable).toBe(0);
});
