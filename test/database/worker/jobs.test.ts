/** Jobs only wake the worker: whether one is lost, doubled, stale or stuck, the request table decides. */
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog, killWorkers, schedule, startWorker, stateOf, until } from "./support.ts";

const db = useDatabase("reference");
let next = 1;

beforeAll(async () => {
  await seed(db.sql, { users: 60 });
});
beforeEach(() => db.sql`delete from graphile_worker._private_jobs`);
afterEach(killWorkers);

test("a lost job: a sweep finds the due request that no job knows of", async () => {
  const request = await schedule(db.sql, someone());
  expect(await jobCount()).toBe(0);
  await sweep();
  expect(await stateOf(db.sql, request)).toBe("completed");
  expect(await executions(request)).toBe(1);
});

test("doubled jobs: forty sweeps and drains at once execute a request once", async () => {
  const request = await schedule(db.sql, someone());
  const worker = startWorker(db.url, ["--role", "app_worker", "--concurrency", "8"]);
  await worker.running();
  await db.sql`
    select graphile_worker.add_job(t, json_build_object('request', ${request}::text))
    from unnest(array['lethe_sweep', 'lethe_drain']) t, generate_series(1, 20)
  `;
  await until("it is executed", async () => (await stateOf(db.sql, request)) === "completed");
  await until("no job is left", async () => (await jobCount()) === 0);
  expect(await executions(request)).toBe(1);
  expect(await worker.end("SIGTERM")).toBe(0);
});

test("a stale job: schedule, cancel, schedule doesn't execute before the second grace is over", async () => {
  const id = someone();
  const first = await schedule(db.sql, id, "1 hour");
  await db.sql`select graphile_worker.add_job('lethe_drain', json_build_object('request', ${first}::text))`;
  await db.sql`select lethe.cancel_deletion(${id})`;
  await db.sql`update lethe.deletion_request set cancelled_at = now() - interval '2 days' where id = ${first}`;
  const second = await schedule(db.sql, id, "14 days");
  // As if the first grace were over: whoever went by the first job would execute now.
  await db.sql`update lethe.deletion_request set scheduled_for = now() - interval '1 minute' where id = ${first}`;
  await db.sql`select graphile_worker.add_job('lethe_drain', json_build_object('request', ${second}::text))`;
  await sweep();
  expect(await stateOf(db.sql, first)).toBe("cancelled");
  expect(await stateOf(db.sql, second)).toBe("scheduled");
  expect(await db.sql`select from users where id = ${id} and email like '%@example.com'`).toHaveLength(1);
});

test("a job that a crashed worker left locked holds nothing up, and is removed once it is unlocked", async () => {
  await db.sql`
    select graphile_worker.add_job('lethe_sweep', job_key => 'lethe_sweep'),
      graphile_worker.add_job('some_task_of_the_team')
  `;
  await db.sql`
    update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-of-a-crashed-worker'
    where key = 'lethe_sweep'
  `;
  const request = await schedule(db.sql, someone());
  await sweep();
  expect(await stateOf(db.sql, request)).toBe("completed");

  // graphile-worker unlocks after four hours; the next worker that starts takes the row away, and only that.
  await db.sql`update graphile_worker._private_jobs set locked_at = null, locked_by = null`;
  await sweep();
  const left = await db.sql`select task_identifier from graphile_worker.jobs`;
  expect(left).toEqual([{ task_identifier: "some_task_of_the_team" }]);
});

test("a job with a payload that names no request is dropped", async () => {
  await db.sql`select graphile_worker.add_job('lethe_drain', '{"request": "1; drop table users"}')`;
  expect(await sweep()).toContain("names no request");
  expect(await jobCount()).toBe(0);
});

test("a request whose row somebody holds is looked at again within seconds", async () => {
  const request = await schedule(db.sql, someone());
  const holder = await db.connect();
  await holder`begin`;
  await holder`select from lethe.deletion_request where id = ${request} for update`;
  await sweep();
  const [job] = await db.sql`
    select key, run_at <= now() + interval '6 seconds' as soon from graphile_worker.jobs
  `;
  await holder`rollback`;
  expect(job).toEqual({ key: "lethe_sweep", soon: true });
  expect(await stateOf(db.sql, request)).toBe("scheduled");
});

test("scheduling and cancelling as the application need nothing of graphile-worker", async () => {
  const id = someone();
  await db.sql`alter schema graphile_worker rename to away`;
  try {
    const user = await db.as("app_user", { "app.user_id": id });
    await user`select lethe.schedule_deletion(${id})`;
    const [row] = await user`select lethe.cancel_deletion(${id}) as cancelled`;
    expect(row?.cancelled).toBeInstanceOf(Date);
  } finally {
    await db.sql`alter schema away rename to graphile_worker`;
  }
});

async function sweep(): Promise<string> {
  const { log, text } = collectLog();
  await runWorker({ connectionString: db.url, role: "app_worker", once: true, logger: log });
  return text();
}

/** A person nobody has tried anything on, and who owns no active collection. */
function someone(): string {
  if (next % 3 === 0) next++;
  return userId(next++);
}

async function executions(request: string): Promise<number> {
  const rows =
    await db.sql`select from lethe.deletion_event where request_id = ${request} and event = 'executed'`;
  return rows.length;
}

async function jobCount(): Promise<number> {
  const [row] = await db.sql`select count(*)::integer as count from graphile_worker.jobs`;
  return row?.count;
}
