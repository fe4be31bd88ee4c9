/** The real worker, started as an operator would: `lethe worker` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import { onProcessEnd } from "../../test/support/process-end.ts";

export type Worker = {
  /** Everything it has printed so far. */
  output(): string;
  /** Asks it to stop (SIGTERM) and waits. Returns the exit code; null where it had to be killed. */
  stop(): Promise<number | null>;
};

const PATIENCE = 20_000;
const program = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const effectsFile = fileURLToPath(new URL("lethe.effects.ts", import.meta.url));

/** Starts the worker and comes back when it listens, and has nothing to do. `environment`: where its services are. */
export async function startWorker(
  url: string,
  sql: postgres.Sql,
  environment: Record<string, string>,
): Promise<Worker> {
  // In the environment, not among the arguments: the URL holds a password, which a list of processes shows.
  const child = spawn(process.execPath, [program, "worker", "--effects", effectsFile], {
    env: { ...process.env, ...environment, DATABASE_URL: url, LETHE_LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  const forget = onProcessEnd(() => child.kill("SIGKILL"));
  const worker: Worker = {
    output: () => output,
    stop: async () => {
      const code = await stop(child);
      forget();
      return code;
    },
  };
  try {
    await untilListening(child, sql);
    await untilIdle(sql);
    return worker;
  } catch (error) {
    await worker.stop();
    throw new Error(`the worker doesn't listen; it said:\n${output}`, { cause: error });
  }
}

async function untilListening(child: ChildProcess, sql: postgres.Sql): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline && !hasEnded(child)) {
    const listening = await sql`
      select
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query ~* '^listen "?lethe"?'
    `;
    if (listening.length > 0) return;
    await sleep(50);
  }
  throw new Error(hasEnded(child) ? "it ended" : `it took more than ${PATIENCE / 1000} s`);
}

/** Listening begins with a look at what is due: once that is over, only a notification can wake the worker. */
async function untilIdle(sql: postgres.Sql): Promise<void> {
  await sleep(300); // the look is queued a moment after listening has begun
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const jobs = await sql`select from graphile_worker.jobs where run_at <= now()`;
    if (jobs.length === 0) return;
    await sleep(20);
  }
  throw new Error("it doesn't come to rest");
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (!hasEnded(child)) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    await ended;
    clearTimeout(impatience);
  }
  return child.exitCode;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
