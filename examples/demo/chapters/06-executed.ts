/** Chapter 6: an administrator's immediate deletion, done by the worker, inside and outside the database. */
import { setTimeout as sleep } from "node:timers/promises";
import { admin, owner, user } from "../callers.ts";
import { cast, type Person } from "../cast.ts";
import { check, claim } from "../claim.ts";
import { takeStock } from "../departure.ts";
import { tellOutside } from "../outside.ts";
import type { Chapter } from "../play.ts";
import { startServices } from "../services.ts";
import { note, print, prose, table } from "../terminal.ts";
import { startWorker } from "../worker-process.ts";
import type { World } from "../world.ts";

const DIGEST = `select id, run_at
from graphile_worker.add_job(
  'weekly_digest', json_build_object('userId', :'noor'::text), run_at => now() + interval '3 days'
)`;

/** Far less than the minute after which the worker looks by itself. */
const PATIENCE = 15_000;

export const executed: Chapter = {
  title: "Noor is deleted now, by the worker",
  tell: async (story) => {
    const { world } = story;
    const { ines, noor, emil } = cast;
    const stock = await takeStock(world, noor);

    prose(`
      Noor Haddad has asked by telephone to be deleted at once. Ines Okafor of the back office can do that for
      her. Emil, who has an account like anybody else, can't:
    `);
    await world.refused(user(emil), "select * from lethe.schedule_deletion(:'noor', grace => '0')", "LT005");
    prose("Nor can Ines, administrator or not, do it to herself:");
    await world.refused(admin(ines), "select lethe.execute_deletion(:'ines', early => true)", "LT005");

    const files = await filesOf(world, noor);
    const services = await startServices();
    services.billing.isDown = true;
    const worker = await startWorker(world.url, world.sql, services.environment).catch(async (error) => {
      await services.close();
      throw error;
    });
    try {
      prose(`
        The worker (\`lethe worker\`) has started, in a process of its own, and waits. Beside it run stand-ins for the
        services outside: a blob store, a billing service, analytics, a newsletter, a mail server. The
        application has a mail of its own in the queue for Noor:
      `);
      await world.ask(owner, DIGEST);
      prose("Now Ines deletes Noor:");
      const from = performance.now();
      const [made] = await world.ask<{ request_id: string; scheduled_for: Date }>(
        admin(ines),
        "select request_id, scheduled_for\nfrom lethe.schedule_deletion(:'noor', reason => 'asked by telephone', grace => '0')",
      );
      if (!made) throw new Error("schedule_deletion returned no row");
      const state = await untilErased(world, made.request_id);
      const took = Math.round(performance.now() - from);
      table(["request_id", "scheduled_for"], [[made.request_id, made.scheduled_for]]);
      const [status] = await world.ask<{ status: string; strategy: string }>(
        admin(ines),
        "select status, strategy from lethe.deletion_status(:'noor')",
      );
      table(["status", "strategy"], [[status?.status, status?.strategy]]);
      claim(
        `The worker, woken by NOTIFY, had erased her ${took} ms after Ines had asked.`,
        [state, status?.status, took < PATIENCE],
        ["erased", "deleted", true],
      );
      await tellOutside(world, services, { person: noor, request: made.request_id, files });
      story.departure = { ...stock, request: made.request_id };
    } finally {
      check("the worker stops when it is asked to", await worker.stop(), 0);
      await services.close();
    }
    const leaked = [...stock.search.hits.keys()].filter((value) => worker.output().includes(value));
    const lines = worker.output().trim().split("\n");
    const entries = lines.map(
      (line) => JSON.parse(line) as { msg: string; handler?: string; executed?: number; failed?: number },
    );
    prose("What the worker wrote to its log meanwhile:");
    for (const { msg, handler, executed: done, failed } of entries) {
      const about = done === undefined ? handler : `${done} executed, ${failed} failed`;
      note(about === undefined ? msg : `${msg}: ${about}`);
    }
    print("");
    const total = entries.reduce((sum, entry) => sum + (entry.executed ?? 0), 0);
    claim("It executed one request, and its log holds nothing of Noor's.", [total, leaked], [1, []]);
  },
};

/** Where her picture and her uploads are. */
async function filesOf({ sql }: World, { id }: Person): Promise<string[]> {
  const found = await sql<{ url: string }[]>`
    select image as url from public.users where id = ${id}
    union all
    select url from public.uploads where user_id = ${id}
  `;
  return found.map(({ url }) => url);
}

/** Waits until the worker has erased whom a request is about. Its state then, or when patience ran out. */
async function untilErased({ sql }: World, request: string): Promise<string | undefined> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const [found] = await sql<
      { state: string }[]
    >`select state from lethe.deletion_request where id = ${request}`;
    if (found?.state === "erased" || performance.now() > deadline) return found?.state;
    await sleep(5);
  }
}
