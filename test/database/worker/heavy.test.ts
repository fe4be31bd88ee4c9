/** A person with more rows than one transaction should take: erased in steps, by jobs that take turns. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { killWorkers, schedule, startWorker, stateOf, until } from "./support.ts";

const db = useDatabase("reference");
const id = userId(1);
const ROWS = 60_000;

beforeAll(async () => {
  await seed(db.sql, { users: 10 });
  await db.sql`
    insert into events (user_id, name, payload, ip)
    select ${id}, 'search', '{"email": "user-1@example.com", "q": 1}', '2001:db8::1'
    from generate_series(1, ${ROWS})
  `;
  await db.sql`analyze events`; // whether somebody may be heavy is asked of the statistics first
});
afterEach(killWorkers);

test("sixty thousand rows go in many transactions; a worker killed in between is followed by another", async () => {
  const request = await schedule(db.sql, id);
  const first = startWorker(db.url);
  await until("a chunk is done", async () => (await left()) < ROWS);
  await first.end("SIGKILL");
  expect(await stateOf(db.sql, request)).toBe("executing");
  const [user] = await db.sql`select email, hashed_password from users where id = ${id}`;
  expect(user).toEqual({ email: `deleted_${id}@deleted.invalid`, hashed_password: null });

  const second = startWorker(db.url);
  const others = await schedule(db.sql, userId(2));
  await until("it is done", async () => (await stateOf(db.sql, request)) === "completed");
  expect(await stateOf(db.sql, others)).toBe("completed");
  expect(await left()).toBe(0);
  const [transactions] = await db.sql`
    select count(*)::integer as count, max(rows)::integer as largest
    from (select count(*) as rows from events where user_id = ${id} group by xmin::text) each
  `;
  expect(transactions?.count).toBeGreaterThanOrEqual(ROWS / 20_000);
  expect(transactions?.largest).toBeLessThanOrEqual(20_000);
  const executed =
    await db.sql`select from lethe.deletion_event where request_id = ${request} and event = 'executed'`;
  expect(executed).toHaveLength(1);
  expect(await second.end("SIGTERM")).toBe(0);
});

async function left(): Promise<number> {
  const [row] = await db.sql`
    select count(*)::integer as count from events where user_id = ${id} and ip is not null
  `;
  return row?.count;
}
