/** `npm run bench`: Lethe beside what a team would write instead, interleaved in one run. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { positiveInteger } from "../cli/options.ts";
import type { Sizes } from "./comparison.ts";
import { comparisons } from "./comparisons/index.ts";
import { machine } from "./report/machine.ts";
import type { Measurement, Result } from "./report/result.ts";
import { show } from "./report/terminal.ts";
import { startBenchServer } from "./server.ts";
import { FULL, QUICK } from "./sizes.ts";

interface Options extends Partial<Sizes> {
  only?: string;
  case?: string;
  quick?: boolean;
  out: string;
}

const known = comparisons.map(({ letter, title }) => `  ${letter}  ${title}`).join("\n");
const options = new Command("bench")
  .description("Starts a PostgreSQL of its own, measures, prints a table and writes the figures as JSON.")
  .option("--only <letters>", "some comparisons only, for instance a,e")
  .option("--case <text>", "only cases whose name contains this, for instance: sign-in")
  .option("--quick", "sizes that say whether it runs, and nothing about speed")
  .option("--rounds <n>", "interleaved rounds", positiveInteger)
  .option("--users <n>", "people stored", positiveInteger)
  .option("--content-users <n>", "people stored with posts and events", positiveInteger)
  .option("--due <n>", "people erased a round and side", positiveInteger)
  .option("--batch <n>", "people a transaction", positiveInteger)
  .option("--calls <n>", "calls, where single calls are timed", positiveInteger)
  .option("--heavy-rows <n>", "rows of the one person with very many", positiveInteger)
  .option("--seconds <n>", "seconds of ordinary traffic in each slot", positiveInteger)
  .option("--out <file>", "where the JSON goes", fileURLToPath(new URL("result.json", import.meta.url)))
  .addHelpText(
    "after",
    "\nThe server's data go below TMPDIR: a disk as in production, or /dev/shm to leave the disk out of it.",
  )
  .addHelpText("after", `\nComparisons:\n${known}`)
  .parse()
  .opts<Options>();

const { only, case: part = "", quick, out, ...given } = options;
const wanted = (name: string) => name.includes(part);
const sizes: Sizes = { ...(quick ? QUICK : FULL), ...given };
const chosen = comparisons.filter(({ letter }) => only === undefined || only.split(",").includes(letter));
const log = (line: string) => process.stderr.write(`  ${line}\n`);

// Nothing is measured then, so nothing need be durable.
const server = await startBenchServer(quick ? { fsync: "off" } : {});
try {
  const about = { ...(await machine(server)), command: commandOf(process.argv.slice(2)), sizes };
  log(`PostgreSQL ${about.postgres}, a commit takes ${about.commitMs.toFixed(2)} ms`);
  const done: Measurement[] = [];
  for (const comparison of chosen) {
    log(`(${comparison.letter}) ${comparison.title}`);
    const figures = await comparison.run({ server, sizes, wanted, log });
    console.log(show(comparison, figures));
    done.push({ letter: comparison.letter, title: comparison.title, figures });
    const result: Result = { ...about, comparisons: done };
    writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
  }
} finally {
  await server.stop();
}

function commandOf(given: string[]): string {
  const kept = given.filter((word, index) => word !== "--out" && given[index - 1] !== "--out");
  const words = kept.map((word) => (/\s/.test(word) ? `'${word}'` : word));
  const place = process.env.TMPDIR === undefined ? [] : [`TMPDIR=${process.env.TMPDIR}`];
  return [...place, "npm run bench", ...(kept.length > 0 ? ["--", ...words] : [])].join(" ");
}
