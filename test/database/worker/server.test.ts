/** PostgreSQL itself is killed and restarted under a running worker: the same process goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, expect, inject, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { installRoles } from "../../support/cluster.ts";
import { createDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { startServer } from "../../support/server.ts";
import { killWorkers, schedule, scheduleAll, startWorker, stateOf, states, until } from "./support.ts";

const version = inject("postgresVersion");
afterEach(killWorkers);

test.skipIf(version === null)(
  "killed in the middle of the work, and again while idle",
  async () => {
    const server = await startServer(version ?? "18");
    try {
      await installRoles(server.adminUrl);
      const db = await createDatabase("reference", server.adminUrl);
      const people = Array.from({ length: 300 }, (_, n) => n + 1).filter((n) => n % 3 !== 0);
      await seed(db.sql, { users: 300 });
      await scheduleAll(
        db.sql,
        people.slice(0, -2).map((n) => userId(n)),
      );
      const due = people.length - 2;

      await despiteDrift(db.sql);
      // Work that takes its time, so that the crash falls into it.
      await db.sql.unsafe(`
      create function public.slowly() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.02); return new; end $$;
      create trigger slowly before update of email on public.users for each row execute function public.slowly();
    `);
      const worker = startWorker(db.url, ["--role", "app_worker", "--batch", "20"]);
      await until("some are erased", async () => ((await states(db.sql)).completed ?? 0) > 0);
      await db.close(0); // the worker stays connected
      await server.kill();
      await sleep(1_500);
      await server.restart();

      const sql = postgres(db.url, { max: 2, onnotice: () => {} });
      const atRestart = (await states(sql)).completed ?? 0;
      expect(atRestart).toBeLessThan(due);
      await until("all are erased", async () => ((await states(sql)).completed ?? 0) === due);
      expect(await states(sql)).toEqual({ completed: due });
      const [events] = await sql`
      select count(*)::integer as events, count(distinct request_id)::integer as requests
      from lethe.deletion_event where event = 'executed'
    `;
      expect(events).toEqual({ events: due, requests: due });
      await startsAtOnce(sql, userId(people.at(-1) ?? 0));

      await sql.end();
      await server.kill();
      await sleep(1_500);
      await server.restart();
      const again = postgres(db.url, { max: 2, onnotice: () => {} });
      await startsAtOnce(again, userId(people.at(-2) ?? 0));
      await again.end();

      await db.sql.end();
      expect(worker.isAlive()).toBe(true);
      expect(await worker.end("SIGTERM")).toBe(0);
      expect(worker.output()).not.toContain("    at "); // no stack trace, no unhandled rejection
    } finally {
      await killWorkers();
      await server.stop();
    }
  },
  300_000,
);

test.skipIf(version === null)("asked to stop while PostgreSQL is away, the worker ends", async () => {
  const server = await startServer(version ?? "18");
  try {
    await installRoles(server.adminUrl);
    const db = await createDatabase("reference", server.adminUrl);
    const worker = startWorker(db.url);
    await worker.running();
    await db.sql.end();
    await server.kill();
    await sleep(1_000);
    await Promise.race([
      worker.end("SIGTERM"),
      sleep(120_000).then(() => Promise.reject(new Error("the worker didn't end"))),
    ]);
  } finally {
    await killWorkers();
    await server.stop();
  }
});

/** The listener is back: what is scheduled now doesn't wait for the sweep of the next minute. */
async function startsAtOnce(sql: postgres.Sql, id: string): Promise<void> {
  await until("somebody listens", async () => {
    const rows =
      await sql`select from pg_stat_activity where application_name = 'lethe_listen' and query like 'listen%'`;
    return rows.length > 0;
  });
  const request = await schedule(sql, id);
  await until("it is executed", async () => (await stateOf(sql, request)) === "completed", 30_000);
}
