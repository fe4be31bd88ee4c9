/** SIGKILL for a worker in the middle of a batch, at random moments, until everybody is erased: once, and wholly. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, expect, test } from "vitest";
import { personalMarkers } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import {
  everybodyLeftOnce,
  nobodyHalfErased,
  nothingRuns,
  PATIENCE,
  peopleOf,
  rowsOf,
  SCALE,
} from "../chaos/invariants.ts";
import { killWorkers, scheduleAll, startWorker, states, until } from "./support.ts";

const USERS = 450 * SCALE;
const leaving = Array.from({ length: USERS }, (_, n) => n + 1).filter((n) => n % 3 !== 0);
const people = peopleOf(USERS);
const ARGS = ["--role", "app_worker", "--batch", "100"];

const db = useDatabase("reference");
beforeAll(async () => {
  await seed(db.sql, { users: USERS });
  await despiteDrift(db.sql);
  // Work that takes its time, so that kills fall into it.
  await db.sql.unsafe(`
    create function public.slowly() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.004); return new; end $$;
    create trigger slowly before update of email on public.users for each row execute function public.slowly();
  `);
});
afterEach(killWorkers);

test(
  "killed again and again: every due request is executed once, nothing half, nobody else touched",
  async () => {
    const before = await rowsOf(db.sql, people.staying);
    const keys = people.leaving;
    await scheduleAll(db.sql, keys);
    let output = "";
    let inBatch = 0;
    for (let round = 0; round < 6 * SCALE && (await remaining()) > 0; round++) {
      const worker = startWorker(db.url, ARGS);
      await until("a batch runs", async () => (await batchesRunning()) > 0 || (await remaining()) === 0);
      await sleep(Math.random() * 150);
      const killed = worker.end("SIGKILL");
      inBatch += await batchesRunning();
      await killed;
      output += worker.output();
      await until(
        "PostgreSQL has rolled back what the dead worker began",
        async () => (await batchesRunning()) === 0,
      );
      await nobodyHalfErased(db.sql, keys);
      await nothingRuns(db.sql);
      expect(Object.keys(await states(db.sql))).not.toContain("executing");
    }
    expect(inBatch, "no kill hit a running batch: the test shows nothing").toBeGreaterThan(0);

    const last = startWorker(db.url, ARGS);
    await until("everybody is erased", async () => (await remaining()) === 0);
    await until("no job is waiting", async () => (await unlockedJobs()) === 0);
    expect(await last.end("SIGTERM")).toBe(0);
    output += last.output();

    await everybodyLeftOnce(db.sql, people, before);

    // Neither the log nor graphile-worker's tables know who it was.
    const [jobs] = await db.sql`
    select coalesce(string_agg(j::text, ' '), '') as text from graphile_worker._private_jobs j
  `;
    for (const text of [output, String(jobs?.text)]) {
      expect(keys.filter((key) => text.includes(key))).toEqual([]);
      expect(leaving.flatMap(personalMarkers).filter((marker) => text.includes(marker))).toEqual([]);
    }
  },
  PATIENCE,
);

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
