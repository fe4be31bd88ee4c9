/** `lethe worker`: executes what is due, until it is stopped. */
import { Command } from "commander";
import { databaseOption, databaseUrl, positiveInteger } from "../options.ts";

interface WorkerCommandOptions {
  databaseUrl?: string;
  role?: string;
  concurrency?: number;
  once?: boolean;
}

export function workerCommand(): Command {
  return new Command("worker")
    .summary("execute the deletions that are due")
    .description(
      "Runs graphile-worker with Lethe's tasks: looks each minute, and whenever the database says so, for requests " +
        "that are due, and executes them. Stops gracefully on SIGTERM and SIGINT.",
    )
    .addOption(databaseOption())
    .option("--role <role>", "the database role to act as (SET ROLE), such as app_worker")
    .option("--concurrency <jobs>", "jobs at the same time", positiveInteger)
    .option("--once", "execute what is due now, and stop")
    .action(work);
}

async function work({ databaseUrl: _url, ...options }: WorkerCommandOptions): Promise<void> {
  const url = databaseUrl({ databaseUrl: _url });
  const { runWorker } = await import("../../worker/index.ts");
  await runWorker({ databaseUrl: url, ...options });
}
