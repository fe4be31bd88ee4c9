/** A real `lethe worker` as a child process, and waiting for what it does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import type { WorkerLog } from "../../../worker/index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface WorkerProcess {
  pid: number;
  /** All that it wrote so far, on both streams. */
  output(): string;
  /** Resolves when it says that it runs; rejects when it ends before. */
  running(): Promise<void>;
  /** Sends a signal and resolves with the exit code (null where the signal ended it). */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code when it ends by itself. */
  ended(): Promise<number | null>;
  isAlive(): boolean;
}

const started = new Set<ChildProcess>();

export function startWorker(
  url: string,
  args: string[] = ["--role", "app_worker"],
  env: Record<string, string> = {},
): WorkerProcess {
  const child = spawn(
    process.execPath,
    [join(root, "cli/main.ts"), "worker", "--database-url", url, "--rest", "0", ...args],
    {
      cwd: root,
      env: { ...process.env, LETHE_LOG_LEVEL: "debug", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  started.add(child);
  let output = "";
  child.stdout?.on("data", (data) => {
    output += data;
  });
  child.stderr?.on("data", (data) => {
    output += data;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    output: () => output,
    isAlive,
    running: () =>
      until("the worker runs", () => {
        if (!isAlive()) throw new Error(`the worker ended:\n${output}`);
        return output.includes("the worker is running");
      }),
    end: async (signal) => {
      child.kill(signal);
      return await exit;
    },
    ended: () => exit,
  };
}

/** For afterEach: no test leaves a worker behind, whatever went wrong. */
export async function killWorkers(): Promise<void> {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  started.clear();
}

/** Asks until the answer is true. Throws what it waited for when that doesn't come, even on a slow and busy machine. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  timeout = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms in vain until ${what}`);
    await sleep(25);
  }
}

/** Schedules a deletion as the service does; returns the request. */
export async function schedule(sql: postgres.Sql, id: string, grace: string | null = "0"): Promise<string> {
  const [row] = await sql<{ request: string }[]>`
    select request_id::text as request from lethe.schedule_deletion(${id}, grace => ${grace}::interval)
  `;
  return row?.request ?? "";
}

/** Schedules all of them in one statement, due at once. */
export async function scheduleAll(sql: postgres.Sql, ids: string[]): Promise<void> {
  await sql`
    select lethe.schedule_deletion(id, grace => '0') from unnest(${ids}::uuid[]) as id
  `;
}

export async function stateOf(sql: postgres.Sql, request: string): Promise<string | undefined> {
  const [row] = await sql`select state::text from lethe.deletion_request where id = ${request}`;
  return row?.state;
}

/** Takes the lines of a log that `runWorker()` writes in this process. */
export function collectLog(): { log: WorkerLog; text(): string } {
  const lines: string[] = [];
  const write = (fields: object, text: string) => void lines.push(JSON.stringify({ ...fields, text }));
  return { log: { debug: write, info: write, warn: write, error: write }, text: () => lines.join("\n") };
}

/** How many requests are in each state. */
export async function states(sql: postgres.Sql): Promise<Record<string, number>> {
  const rows = await sql<{ state: string; count: number }[]>`
    select state::text, count(*)::integer as count from lethe.deletion_request group by state
  `;
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
