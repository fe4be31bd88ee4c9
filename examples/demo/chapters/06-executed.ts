/** Chapter 6: an administrator's immediate deletion, done by the worker. */
import { setTimeout as sleep } from "node:timers/promises";
import { admin, user } from "../callers.ts";
import { cast } from "../cast.ts";
import { check, claim } from "../claim.ts";
import { takeStock } from "../departure.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";
import { startWorker } from "../worker-process.ts";
import type { World } from "../world.ts";

/** Far less than the minute after which the worker looks by itself. */
const PATIENCE = 15_000;

export const executed: Chapter = {
  title: "Noor is deleted now, by the worker",
  tell: async (story) => {
    const { world } = story;
    const { ines, noor, emil } = cast;
    const stock = await takeStock(world, noor);

    prose(`
      Noor Haddad has asked for her data to be erased at once, by telephone. Ines Okafor of the back office
      does it for her. Not everybody could:
    `);
    await world.refused(user(emil), "select * from lethe.schedule_deletion(:'noor', grace => '0')", "LT005");
    prose("\nAnd not even Ines could do it to herself by mistake:");
    await world.refused(admin(ines), "select lethe.execute_deletion(:'ines', early => true)", "LT005");

    prose(
      "\nThe worker runs as a process of its own (lethe worker) and waits to be told. Now Ines for Noor:",
    );
    const worker = await startWorker(world.url, world.sql);
    try {
      const from = performance.now();
      const [made] = await world.ask<{ request_id: string }>(
        admin(ines),
        "select request_id, scheduled_for\nfrom lethe.schedule_deletion(:'noor', reason => 'asked by telephone', grace => '0')",
      );
      if (!made) throw new Error("schedule_deletion returned no row");
      const state = await untilClosed(world, made.request_id);
      const took = Math.round(performance.now() - from);
      const [status] = await world.ask<{ status: string; strategy: string }>(
        admin(ines),
        "select status, strategy from lethe.deletion_status(:'noor')",
      );
      table(["status", "strategy"], [[status?.status, status?.strategy]]);
      claim(
        `The worker was woken by NOTIFY and was done ${took} ms after Ines had asked.`,
        [state, status?.status, took < PATIENCE],
        ["completed", "deleted", true],
      );
      story.departure = { ...stock, request: made.request_id };
    } finally {
      check("the worker stops when it is asked to", await worker.stop(), 0);
    }
    const leaked = [...stock.search.hits.keys()].filter((value) => worker.output().includes(value));
    claim("Its log names the request, and holds nothing of Noor's.", leaked, []);
  },
};

/** Waits until the worker is done with a request. Returns its state then, or what it was when patience ran out. */
async function untilClosed({ sql }: World, request: string): Promise<string | undefined> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const [found] = await sql<
      { state: string }[]
    >`select state from lethe.deletion_request where id = ${request}`;
    if (found?.state === "completed" || performance.now() > deadline) return found?.state;
    await sleep(5);
  }
}
