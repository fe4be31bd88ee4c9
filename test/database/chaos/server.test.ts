/** PostgreSQL is killed in a batch and between the steps of a drain, under the same worker: after each restart nothing is half done. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, expect, inject, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { installRoles } from "../../support/cluster.ts";
import { createDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { startServer } from "../../support/server.ts";
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

const KILLS = 3 * SCALE;
/** Its pauses grow with each loss of the database; a new one begins with short ones. */
const KILLS_A_WORKER = 5;
const USERS = 60 * KILLS;
const version = inject("postgresVersion");
const people = peopleOf(USERS);
const [heavy = "", ...others] = people.leaving;

afterEach(killWorkers);

test.skipIf(version === null)(
  "killed at random points of batches and drains, everybody leaves once",
  async () => {
    const server = await startServer(version ?? "18");
    try {
      await installRoles(server.adminUrl);
      const db = await createDatabase("reference", server.adminUrl);
      await seed(db.sql, { users: USERS });
      await db.sql`
      insert into events (user_id, name, payload, ip)
      select ${heavy}, 'search', '{"q": 1}', '2001:db8::1' from generate_series(1, 60000)
    `;
      await db.sql`analyze events`;
      await despiteDrift(db.sql);
      // Work that takes its time, so that crashes fall into it.
      await db.sql.unsafe(`
      create function public.slowly() returns trigger language plpgsql as
        $$ begin perform pg_sleep(case tg_level when 'ROW' then 0.01 else 0.1 end); return new; end $$;
      create trigger slowly before update of email on public.users for each row execute function public.slowly();
      create trigger slowly before update on public.events for each statement execute function public.slowly();
    `);
      const before = await rowsOf(db.sql, people.staying);
      await db.close();

      const start = () => startWorker(db.url, ["--role", "app_worker", "--batch", "20"]);
      let worker = start();
      await worker.running();
      const hit = { batch: 0, drain: 0 };
      for (let kill = 0; kill < KILLS; kill++) {
        const sql = postgres(db.url, { max: 2, onnotice: () => {} });
        const work = kill % 2 === 0 ? "batch" : "drain";
        await due(sql, kill);
        await until(`a ${work} is under way`, async () => {
          await theTimeOfRetries(sql);
          return (await running(sql, work)) || (work === "drain" && (await drained(sql)));
        });
        await sleep(Math.random() * 100);
        if (await running(sql, work)) hit[work]++;
        const ending = sql.end({ timeout: 0 });
        await server.kill();
        await ending;
        await server.restart();
        const after = postgres(db.url, { max: 1, onnotice: () => {} });
        await nothingRuns(after);
        await nobodyHalfErased(after, people.leaving);
        await after.end();
        if (kill % KILLS_A_WORKER === KILLS_A_WORKER - 1) {
          expect(await worker.end("SIGTERM")).toBe(0);
          worker = start();
        }
      }
      expect(hit.batch + hit.drain, "no kill hit any work: the test shows nothing").toBeGreaterThan(0);

      const sql = postgres(db.url, { max: 2, onnotice: () => {} });
      await until(
        "everybody has left",
        async () => {
          await theTimeOfRetries(sql);
          return (await states(sql)).completed === people.leaving.length;
        },
        PATIENCE / 2,
      );
      expect(worker.isAlive()).toBe(true);
      expect(await worker.end("SIGTERM")).toBe(0);
      await nothingRuns(sql);
      await everybodyLeftOnce(sql, people, before);
      await sql.end();
    } finally {
      await killWorkers();
      await server.stop();
    }
  },
  PATIENCE,
);

/** Another share of the people wants to leave; with the first the one who goes in steps. */
async function due(sql: postgres.Sql, round: number): Promise<void> {
  const share = Math.ceil(others.length / KILLS);
  const next = others.slice(round * share, (round + 1) * share);
  await scheduleAll(sql, round === 0 ? [heavy, ...next] : next);
}

async function running(sql: postgres.Sql, work: "batch" | "drain"): Promise<boolean> {
  const rows = await sql`
    select from pg_stat_activity
    where datname = current_database() and xact_start is not null and state <> 'idle' and pid <> pg_backend_pid()
      and query like ${work === "batch" ? "%execute_due_deletions(%" : "%continue_deletion(%"}
  `;
  return rows.length > 0;
}

/** The one who goes in steps has left already. */
async function drained(sql: postgres.Sql): Promise<boolean> {
  const rows =
    await sql`select from lethe.deletion_request where subject_id = ${heavy} and state = 'completed'`;
  return rows.length > 0;
}
