/** A real worker process: how it starts work, and how it stops. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { collectLog, killWorkers, schedule, startWorker, stateOf, until } from "./support.ts";

const db = useDatabase("reference");
beforeAll(() => seed(db.sql, { users: 20 }));
afterEach(killWorkers);

/** The worker also looks each minute, the first time when it has run for one: what comes sooner came of itself. */
const SOON = 30_000;

test("a grace period of zero starts at once, through NOTIFY", async () => {
  const worker = startWorker(db.url);
  await worker.running();
  await until("the first sweep is over", async () => (await jobs()) === 0);
  const request = await schedule(db.sql, userId(1));
  await until("it is executed", async () => (await stateOf(db.sql, request)) === "completed", SOON);
  expect(await worker.end("SIGTERM")).toBe(0);
});

test("what became due while no worker ran is executed when one starts", async () => {
  const request = await schedule(db.sql, userId(2));
  const worker = startWorker(db.url);
  await worker.running();
  await until("it is executed", async () => (await stateOf(db.sql, request)) === "completed", SOON);
  expect(await worker.end("SIGINT")).toBe(0);
});

test("stopped with SIGTERM it leaves no locked job and ends with 0", async () => {
  const worker = startWorker(db.url);
  await worker.running();
  expect(await worker.end("SIGTERM")).toBe(0);
  const locked = await db.sql`select from graphile_worker.jobs where locked_at is not null`;
  expect(locked).toHaveLength(0);
  expect(worker.output()).toContain("the worker has stopped");
});

test("--once executes what is due now, and ends by itself", async () => {
  const due = await schedule(db.sql, userId(4));
  const later = await schedule(db.sql, userId(5), "1 day");
  const worker = startWorker(db.url, ["--once", "--role", "app_worker"]);
  expect(await worker.ended()).toBe(0);
  expect(await stateOf(db.sql, due)).toBe("completed");
  expect(await stateOf(db.sql, later)).toBe("scheduled");
});

test("a login of its own, member of app_worker and no superuser, with graphile-worker in its own schema", async () => {
  const login = `worker_of_${db.name}`;
  await db.sql.unsafe(`
    create role ${login} login password 'secret' in role app_worker;
    grant create on database ${db.name} to ${login};
  `);
  const url = Object.assign(new URL(db.url), { username: login, password: "secret" }).href;
  try {
    const worker = startWorker(url, [], { GRAPHILE_WORKER_SCHEMA: "worker_of_lethe" });
    await worker.running();
    const request = await schedule(db.sql, userId(7));
    await until("it is executed", async () => (await stateOf(db.sql, request)) === "completed", SOON);
    expect(await worker.end("SIGTERM")).toBe(0);
  } finally {
    await db.sql.unsafe(`drop owned by ${login} cascade; drop role ${login}`);
  }
});

test("work that doesn't end in time is left to PostgreSQL, which rolls it back", async () => {
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create function public.slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(60); return new; end $$;
    create trigger slow before update of email on public.users for each row execute function public.slow();
  `);
  const request = await schedule(db.sql, userId(8));
  const stop = new AbortController();
  const { log } = collectLog();
  const work = runWorker({ connectionString: db.url, signal: stop.signal, stopTimeout: 200, logger: log });
  await until("it is at work", async () => {
    const rows = await db.sql`
      select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()
    `;
    return rows.length > 0;
  });
  stop.abort();
  await expect(work).rejects.toThrow("work was still running after 200 ms");
  await db.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()
  `;
  expect(await stateOf(db.sql, request)).toBe("scheduled");
  await db.sql`drop trigger slow on public.users`;
});

describe("refuses to start, with exit code 2 and a remedy,", () => {
  test("as a role that is no worker", async () => {
    const worker = startWorker(db.url, ["--role", "app_user"]);
    expect(await worker.ended()).toBe(2);
    expect(worker.output()).toContain("this role may not use Lethe as a worker");
  });

  test("as a role that doesn't exist", async () => {
    const worker = startWorker(db.url, ["--role", "nobody_at_all"]);
    expect(await worker.ended()).toBe(2);
    expect(worker.output()).toContain("there is no such role");
  });

  test("where Lethe isn't installed", async () => {
    const worker = startWorker(db.url, ["--schema", "elsewhere"]);
    expect(await worker.ended()).toBe(2);
    expect(worker.output()).toContain("Lethe isn't installed in this database");
  });

  test("where there is no database", async () => {
    const worker = startWorker("postgres://nobody@127.0.0.1:1/nothing");
    expect(await worker.ended()).toBe(2);
    expect(worker.output()).toContain("ECONNREFUSED");
  });
});

async function jobs(): Promise<number> {
  const [row] = await db.sql`select count(*)::integer as count from graphile_worker.jobs`;
  return row?.count;
}
