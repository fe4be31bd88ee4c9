/** What ordinary traffic notices of deletions that `lethe worker` executes meanwhile, with its default settings. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { timed } from "../measure.ts";
import { lethe } from "../rivals/lethe.ts";
import type { Job } from "../rivals/rival.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";
import type { Traffic } from "../traffic/load.ts";

const GOAL: Goal = { atLeast: 0.9 };
const CONNECTIONS = 4;
const JOB: Job = { shape: "content", way: "anonymize", batch: 500 };
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** As much as goes, where every processor is taken; and a third of that, as a server in good health has it. */
const LOADS = ["as much as goes", "a third of that"] as const;

export const traffic: Comparison = {
  letter: "f",
  title: "ordinary traffic while deletions run",
  run: async (context) => {
    const { server, sizes } = context;
    const name = "bench_traffic";
    const { database, people } = await stored(server, "content", sizes.contentUsers);
    const url = await server.create(name, database);
    const sql = connect(url);
    try {
      await lethe.install(sql, JOB);
      const figures: Figure[] = [];
      let least = 0;
      const worker = startWorker(url);
      for (const load of LOADS) {
        const child = fork(file("../traffic/load.ts"), [
          url,
          String(CONNECTIONS),
          String(Math.round(least / 3)),
        ]);
        try {
          const { without, during, erased } = await slots(context, sql, child, people);
          least = Math.min(...without.map(({ rate }) => rate));
          figures.push(...figuresOf(`${load}, ${erased} deletions a second`, without, during));
        } finally {
          child.kill();
          await once(child, "exit");
        }
      }
      await worker.stop();
      return figures;
    } finally {
      await sql.end();
      await server.drop(name);
    }
  },
};

function figuresOf(name: string, without: Traffic[], during: Traffic[]): Figure[] {
  const figure = (what: string, of: (each: Traffic) => number, goal?: Goal) =>
    compared({ case: name, against: "no deletions", goal }, what, during.map(of), without.map(of));
  return [
    figure("transactions/s", ({ rate }) => rate, GOAL),
    figure("p50, ms", ({ p50 }) => p50),
    figure("p99, ms", ({ p99 }) => p99),
  ];
}

/** A slot without deletions, one with, and so on. */
async function slots(
  { sizes, log }: Context,
  sql: postgres.Sql,
  load: ChildProcess,
  people: string[],
): Promise<{ without: Traffic[]; during: Traffic[]; erased: number }> {
  const without: Traffic[] = [];
  const during: Traffic[] = [];
  const rounds = Math.min(3, sizes.rounds);
  let took = 0;
  // Until caches are warm, and the worker listens.
  await sleep(Math.max(1000, Math.min(5000, sizes.seconds * 1000)));
  for (let round = 0; round < rounds; round++) {
    await report(load);
    await sleep(sizes.seconds * 1000);
    without.push(await report(load));
    await lethe.schedule(sql, people.splice(0, sizes.due), JOB);
    // The worker was told at the commit, and is at it.
    await report(load);
    took += await timed(() => untilNothingIsDue(sql));
    during.push(await report(load));
    log(`${without.at(-1)?.rate.toFixed(0)}/s, while deleting ${during.at(-1)?.rate.toFixed(0)}/s`);
  }
  return { without, during, erased: Math.round((rounds * sizes.due) / (took / 1000)) };
}

async function report(load: ChildProcess): Promise<Traffic> {
  const answer = once(load, "message");
  load.send("report");
  return (await answer)[0] as Traffic;
}

async function untilNothingIsDue(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [due] = await sql`select from lethe.due limit 1`;
    if (due === undefined) return;
    await sleep(20);
  }
}

/** `lethe worker` with its default settings, waiting to be told. */
function startWorker(url: string) {
  const child = fork(file("../../cli/main.ts"), ["worker", "--database-url", url], { silent: true });
  child.stdout?.resume();
  child.stderr?.resume();
  const end = once(child, "exit");
  return {
    stop: async () => {
      child.kill();
      await end;
    },
  };
}
