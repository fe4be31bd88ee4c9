/** SIGKILL for a worker in the middle of a batch, at random moments, until everybody is erased: once, and wholly. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, expect, test } from "vitest";
import { personalMarkers, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { killWorkers, scheduleAll, startWorker, states, until } from "./support.ts";

const USERS = 900;
const numbers = Array.from({ length: USERS }, (_, n) => n + 1);
const leaving = numbers.filter((n) => n % 3 !== 0);
const staying = numbers.filter((n) => n % 3 === 0).map((n) => userId(n));
const ARGS = ["--role", "app_worker", "--batch", "200"];

const db = useDatabase("reference");
beforeAll(() => seed(db.sql, { users: USERS }));
afterEach(killWorkers);

test("killed again and again: every due request is executed once, nothing half, nobody else touched", async () => {
  const before = await bystanders();
  const keys = leaving.map((n) => userId(n));
  await scheduleAll(db.sql, keys);
  let output = "";
  let inBatch = 0;
  for (let round = 0; round < 6 && (await remaining()) > 0; round++) {
    const worker = startWorker(db.url, ARGS);
    await until(
      "a batch runs",
      async () => (await batchesRunning()) > 0 || (await remaining()) === 0,
      10_000,
    );
    await sleep(Math.random() * 150);
    const killed = worker.end("SIGKILL");
    inBatch += await batchesRunning();
    await killed;
    output += worker.output();
    await until(
      "PostgreSQL has rolled back what the dead worker began",
      async () => (await batchesRunning()) === 0,
    );
    await nobodyHalfErased(keys);
  }
  expect(inBatch, "no kill hit a running batch: the test shows nothing").toBeGreaterThan(0);

  const last = startWorker(db.url, ARGS);
  await until("everybody is erased", async () => (await remaining()) === 0);
  await until("no job is waiting", async () => (await unlockedJobs()) === 0);
  expect(await last.end("SIGTERM")).toBe(0);
  output += last.output();

  expect(await states(db.sql)).toEqual({ completed: leaving.length });
  const [events] = await db.sql`
    select count(*)::integer as events, count(distinct request_id)::integer as requests
    from lethe.deletion_event where event = 'executed'
  `;
  expect(events).toEqual({ events: leaving.length, requests: leaving.length });
  const [residue] = await db.sql`select lethe.anonymize_residue(${keys}::uuid[]) as left`;
  expect(residue?.left).toBeNull();
  expect(await bystanders()).toEqual(before);

  // Neither the log nor graphile-worker's tables know who it was.
  const [jobs] = await db.sql`
    select coalesce(string_agg(j::text, ' '), '') as text from graphile_worker._private_jobs j
  `;
  for (const text of [output, String(jobs?.text)]) {
    expect(keys.filter((key) => text.includes(key))).toEqual([]);
    expect(leaving.flatMap(personalMarkers).filter((marker) => text.includes(marker))).toEqual([]);
  }
});

/** Whoever isn't completed has everything still; whoever is has nothing. */
async function nobodyHalfErased(keys: string[]): Promise<void> {
  const [half] = await db.sql`
    select count(*)::integer as people
    from lethe.deletion_request r
    join users u on u.id = r.subject_id
    where r.subject_id = any (${keys}::uuid[])
      and (r.state = 'completed') = (
        u.email like 'user-%'
        or exists (select from uploads t where t.user_id = u.id)
        or exists (select from accounts t where t.user_id = u.id)
      )
  `;
  expect(half?.people).toBe(0);
  expect(Object.keys(await states(db.sql)).filter((state) => state === "executing")).toEqual([]);
}

async function bystanders(): Promise<Record<string, string>> {
  const [row] = await db.sql<Record<string, string>[]>`
    select
      (select md5(string_agg(t::text, ';' order by id)) from users t where id = any (${staying}::uuid[])) as users,
      (select md5(string_agg(t::text, ';' order by id)) from accounts t where user_id = any (${staying}::uuid[])) as accounts,
      (select md5(string_agg(t::text, ';' order by id)) from sessions t where user_id = any (${staying}::uuid[])) as sessions,
      (select md5(string_agg(t::text, ';' order by id)) from comments t where author_id = any (${staying}::uuid[])) as comments,
      (select md5(string_agg(t::text, ';' order by id)) from invoices t where user_id = any (${staying}::uuid[])) as invoices,
      (select md5(string_agg(t::text, ';' order by id)) from uploads t where user_id = any (${staying}::uuid[])) as uploads,
      (select md5(string_agg(t::text, ';' order by id)) from events t where user_id = any (${staying}::uuid[])) as events,
      (select md5(string_agg(body, ';' order by id)) from messages t where sender_id = any (${staying}::uuid[])) as messages
  `;
  return { ...row };
}

async function batchesRunning(): Promise<number> {
  const [row] = await db.sql`
    select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and xact_start is not null and query like '%execute_due_deletions(%'
      and pid <> pg_backend_pid()
  `;
  return row?.count;
}

async function remaining(): Promise<number> {
  const { completed = 0 } = await states(db.sql);
  return leaving.length - completed;
}

async function unlockedJobs(): Promise<number> {
  const [row] = await db.sql`
    select count(*)::integer as count from graphile_worker.jobs where locked_at is null and run_at <= now()
  `;
  return row?.count;
}
