/** The workers' connections are cut at random moments, in a batch, in a drain, while idle: the same processes go on. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, expect, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { killWorkers, scheduleAll, startWorker, states, until } from "../worker/support.ts";
import {
  everybodyLeftOnce,
  nobodyHalfErased,
  nothingRuns,
  PATIENCE,
  peopleOf,
  rowsOf,
  SCALE,
  theTimeOfRetries,
} from "./invariants.ts";

const USERS = 450 * SCALE;
const CUTS = 8 * SCALE;

const db = useDatabase("reference");
const people = peopleOf(USERS);
const [heavy = "", ...others] = people.leaving;

beforeAll(async () => {
  await seed(db.sql, { users: USERS });
  await db.sql`
    insert into events (user_id, name, payload, ip)
    select ${heavy}, 'search', '{"q": 1}', '2001:db8::1' from generate_series(1, 60000)
  `;
  await db.sql`analyze events`;
  await despiteDrift(db.sql);
  // Work that takes its time, so that cuts fall into it.
  await db.sql.unsafe(`
    create function public.slowly() returns trigger language plpgsql as
      $$ begin perform pg_sleep(case tg_level when 'ROW' then 0.004 else 0.05 end); return new; end $$;
    create trigger slowly before update of email on public.users for each row execute function public.slowly();
    create trigger slowly before update on public.events for each statement execute function public.slowly();
  `);
});
afterEach(killWorkers);

test(
  "cut again and again: nothing is half done in between, and everybody leaves once",
  async () => {
    const before = await rowsOf(db.sql, people.staying);
    const workers = [1, 2].map((n) =>
      startWorker(`${db.url}?application_name=worker_${n}`, ["--role", "app_worker", "--batch", "40"]),
    );
    await Promise.all(workers.map((worker) => worker.running()));
    const cut = { atWork: 0, idle: 0 };
    for (let n = 0; n < CUTS && (await left()) > 0; n++) {
      // The batches are dealt out, so that there is work for the last cut, too.
      await due(n);
      // Now one that is at work, now any of them: idle, or that of the listener.
      if (n % 2 === 0)
        await until("somebody is at work", async () => (await atWork()) > 0 || (await left()) === 0);
      await sleep(Math.random() * 60);
      const [one] = await db.sql<{ working: boolean }[]>`
      select pg_terminate_backend(pid), a.query ~ 'execute_due|continue_deletion' and a.xact_start is not null as working
      from pg_stat_activity a
      where a.datname = current_database() and (a.application_name like 'worker_%' or a.application_name = 'lethe_listen')
      order by (${n % 2 === 0} and a.xact_start is not null) desc, random()
      limit 1
    `;
      if (one !== undefined) cut[one.working ? "atWork" : "idle"]++;
      await nobodyHalfErased(db.sql, people.leaving);
    }
    expect(cut.atWork, "no cut hit a transaction: the test shows nothing").toBeGreaterThan(0);

    await until(
      "everybody has left",
      async () => {
        // What a lost connection was held against waits a minute, and longer.
        await theTimeOfRetries(db.sql);
        return (await states(db.sql)).completed === people.leaving.length;
      },
      PATIENCE / 2,
    );
    for (const worker of workers) {
      expect(worker.isAlive(), worker.output()).toBe(true);
      expect(await worker.end("SIGTERM")).toBe(0);
      expect(worker.output()).not.toContain("    at "); // no stack trace, no unhandled rejection
    }
    await nothingRuns(db.sql);
    await everybodyLeftOnce(db.sql, people, before);
  },
  PATIENCE,
);

/** Another share of the people wants to leave; with the first the one who goes in steps. */
async function due(round: number): Promise<void> {
  const share = Math.ceil(others.length / CUTS);
  const next = others.slice(round * share, (round + 1) * share);
  await scheduleAll(db.sql, round === 0 ? [heavy, ...next] : next);
}

async function left(): Promise<number> {
  const { completed = 0 } = await states(db.sql);
  return people.leaving.length - completed;
}

async function atWork(): Promise<number> {
  const rows = await db.sql`
    select from pg_stat_activity
    where datname = current_database() and xact_start is not null and query ~ 'execute_due|continue_deletion'
      and application_name like 'worker_%'
  `;
  return rows.length;
}
