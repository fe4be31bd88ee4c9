/** `lethe worker`: executes what is due, until it is stopped. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { withDatabase } from "../database.ts";
import { databaseOption, databaseUrl, notNegative, positiveInteger } from "../options.ts";

interface WorkerCommandOptions {
  databaseUrl?: string;
  role?: string;
  schema: string;
  concurrency?: number;
  batch?: number;
  rest?: number;
  once?: boolean;
  effects?: string;
}

export function workerCommand(): Command {
  return new Command("worker")
    .summary("execute the deletions that are due")
    .description(
      "Runs graphile-worker with Lethe's tasks: looks each minute, and whenever the database says so, for requests " +
        "that are due, and executes them; then delivers their effects to the services that the effects file names. " +
        "Stops gracefully on SIGTERM and SIGINT. Logs JSON lines.",
    )
    .addOption(databaseOption())
    .option("--role <role>", "the database role to act as (SET ROLE), such as app_worker")
    .option("--schema <name>", "Lethe's SQL schema", "lethe")
    .option("--concurrency <jobs>", "jobs at the same time (default: 2)", positiveInteger)
    .option(
      "--batch <people>",
      "how many people one transaction erases at most (default: 500)",
      positiveInteger,
    )
    .option(
      "--rest <times>",
      "after each batch it rests so many times as long as that took; 0: never (default: 7)",
      notNegative,
    )
    .option("--effects <file>", `the effects file (default: ${EFFECTS}, where there is one)`)
    .option("--once", "execute what is due now, and stop")
    .action(work);
}

const EFFECTS = "lethe.effects.ts";

async function work({ databaseUrl: _url, effects: file, ...options }: WorkerCommandOptions): Promise<void> {
  const connectionString = databaseUrl({ databaseUrl: _url });
  // A database that can't be reached is said in words, before graphile-worker is loaded.
  await withDatabase(connectionString, (sql) => sql`select`);
  const { runWorker, workerSchemaOf } = await import("../../worker/index.ts");
  const { createRunner, loadEffects } = await import("../../worker/effects/index.ts");
  const handlers = await loadEffects(file ?? (existsSync(EFFECTS) ? EFFECTS : undefined));
  const effects = createRunner(handlers, {
    context: { connectionString, workerSchema: workerSchemaOf() },
  });
  // graphile-worker shows an error that ends one of its workers on the console as a whole, beside its log: what PostgreSQL says
  // there may hold values.
  console.trace = () => {};
  const stop = new AbortController();
  const onSignal = () => {
    stop.abort();
    release(); // a second signal ends the process at once: PostgreSQL rolls back what was under way
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await runWorker({ connectionString, signal: stop.signal, effects, ...options });
  } catch (error) {
    // Work that doesn't end in time would keep the process alive by its connections.
    if (stop.signal.aborted) abandon(error);
    throw error;
  } finally {
    release();
    await effects.close();
  }
}

function abandon(error: unknown): never {
  process.stderr.write(`lethe: stopped: ${error instanceof Error ? error.message : "with an error"}\n`);
  process.exit(2);
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
