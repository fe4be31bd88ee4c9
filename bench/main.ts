/**
 * `npm run bench`: erasing and scheduling, against hand-written set-based SQL, interleaved in one run.
 * Environment: BENCH_USERS (20000), BENCH_DUE (2000), BENCH_ROUNDS (5). Writes bench/result.json.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { eraseByHand, scheduleByHand, withoutTriggers } from "./hand-written.ts";
import { median, openWorld, walPlace, walSince } from "./world.ts";

const users = Number(process.env.BENCH_USERS ?? 20_000);
const due = Number(process.env.BENCH_DUE ?? 2_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const BATCH = 500;

interface Run {
  /** People a second. */
  erase: number;
  /** WAL bytes a person. */
  wal: number;
  /** Milliseconds a call. */
  schedule: number;
}

const world = await openWorld(users);
const runs: Record<"lethe" | "by hand", Run[]> = { lethe: [], "by hand": [] };
try {
  for (let round = 0; round < rounds; round++) {
    runs["by hand"].push(await byHand());
    runs.lethe.push(await lethe());
  }
} finally {
  await world.close();
}

async function lethe(): Promise<Run> {
  const { sql } = world;
  const people = await world.candidates(due);
  const schedule = await timed(async () => {
    for (const person of people) await sql`select lethe.schedule_deletion(${person}::uuid, grace => '0')`;
  });
  const place = await walPlace(sql);
  const erase = await timed(async () => {
    let executed = 1;
    while (executed > 0) {
      const [outcome] = await sql`select * from lethe.execute_due_deletions(${BATCH})`;
      executed = Number(outcome?.executed);
    }
  });
  return result(schedule, erase, await walSince(sql, place));
}

async function byHand(): Promise<Run> {
  const { sql } = world;
  const people = await world.candidates(due);
  let run: Run | undefined;
  await withoutTriggers(sql, async () => {
    const schedule = await timed(async () => {
      for (const person of people) await scheduleByHand(sql, person);
    });
    const place = await walPlace(sql);
    const erase = await timed(() => eraseByHand(sql, people, BATCH));
    run = result(schedule, erase, await walSince(sql, place));
  });
  if (run === undefined) throw new Error("nothing was measured");
  return run;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function result(schedule: number, erase: number, wal: number): Run {
  return { erase: (due / erase) * 1000, wal: wal / due, schedule: schedule / due };
}

const figures = (["erase", "wal", "schedule"] as const).map((figure) => {
  const ratios = runs.lethe.map(
    (run, round) => run[figure] / (runs["by hand"][round]?.[figure] ?? Number.NaN),
  );
  const of = (who: keyof typeof runs) => median(runs[who].map((run) => run[figure]));
  return {
    figure,
    lethe: of("lethe"),
    byHand: of("by hand"),
    ratio: median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
  };
});
const goals = { erase: ">= 0.87", wal: "<= 1.10", schedule: "<= 1.3" };
const names = { erase: "erased, people/s", wal: "WAL, bytes a person", schedule: "schedule, ms a call" };
const table = new Table({ head: ["", "by hand", "lethe", "ratio (min to max)", "goal"] });
for (const each of figures) {
  const show = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const spread = `${each.ratio.toFixed(2)} (${each.min.toFixed(2)} to ${each.max.toFixed(2)})`;
  table.push([names[each.figure], show(each.byHand), show(each.lethe), spread, goals[each.figure]]);
}
console.log(`${users} people stored, ${due} due, batches of ${BATCH}, ${rounds} interleaved rounds; medians`);
console.log(table.toString());
const file = fileURLToPath(new URL("result.json", import.meta.url));
writeFileSync(file, `${JSON.stringify({ users, due, rounds, batch: BATCH, figures, runs }, null, 2)}\n`);
