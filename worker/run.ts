/**
 * `lethe worker`: graphile-worker with Lethe's tasks, its cron item and a listener, kept running.
 *
 * When PostgreSQL goes away the process stays: graphile-worker reconnects by itself while it is idle, and gives up when
 * it was at work; it is then started anew, after a pause that grows to half a minute.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseCronItems, run, runOnce } from "graphile-worker";
import { contextOf, type LetheTaskOptions, sweepName, type TaskContext } from "./context.ts";
import { letheCronItems } from "./cron.ts";
import { factsOf, sanitized } from "./errors.ts";
import { listenForDeletions } from "./listen.ts";
import { createLog, graphileLogger } from "./log.ts";
import { prepare } from "./prepare.ts";
import { letheTasks } from "./tasks/index.ts";

export interface RunWorkerOptions extends LetheTaskOptions {
  /** `postgres://user:password@host:5432/database`. Not through a pooler in transaction mode. */
  connectionString: string;
  /** Jobs at the same time. Default: 2. */
  concurrency?: number;
  /** graphile-worker's own schema. Default: `graphile_worker`, or GRAPHILE_WORKER_SCHEMA. */
  workerSchema?: string;
  /** Execute what is due now, and come back. */
  once?: boolean;
  /** How long to wait for running transactions when asked to stop, in milliseconds. Default: 25,000. */
  stopTimeout?: number;
}

/**
 * Runs until `signal` is aborted: finishes the current transactions, gives the jobs back, and resolves. With `once` it
 * resolves when nothing is left to do now.
 *
 * @throws UsageError at the start, where Lethe isn't installed or the role may not use it
 * @throws Error with a SQLSTATE or a code such as ECONNREFUSED, at the start, where the database can't be reached, with
 *   `once` where a task failed, and where work was still running when `stopTimeout` was over
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const logger = options.logger ?? createLog();
  const setup: Setup = { ...options, logger, context: contextOf({ ...options, logger }) };
  const { context, connectionString } = setup;
  await prepare(context, connectionString, workerSchemaOf(options)).catch(rethrow);
  if (options.once === true) return await runOnceNow(setup);

  let failures = 0;
  while (options.signal?.aborted !== true) {
    const startedAt = Date.now();
    let code = "stopped";
    try {
      await runUntilStopped(setup);
    } catch (error) {
      if (error instanceof StopTimeout) throw error;
      code = factsOf(error).code;
    }
    if (options.signal?.aborted) break;
    failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
    const pause = Math.min(30_000, 250 * 2 ** failures);
    logger.warn({ code, pause }, "the worker lost the database; starting anew");
    await sleep(pause, undefined, { signal: options.signal }).catch(() => {});
  }
  logger.info({}, "the worker has stopped");
}

type Setup = RunWorkerOptions & Required<Pick<RunWorkerOptions, "logger">> & { context: TaskContext };

class StopTimeout extends Error {}

/** Comes back when it was asked to stop, or when graphile-worker gave up. */
async function runUntilStopped(setup: Setup): Promise<void> {
  const { connectionString, schema, signal, logger } = setup;
  const runner = await run({
    ...sharedOptions(setup),
    parsedCronItems: parseCronItems(letheCronItems({ schema })),
  });
  const stopped = runner.promise.catch(() => {});
  let listener: Awaited<ReturnType<typeof listenForDeletions>> | undefined;
  try {
    // Connecting queues the first sweep, too: what became due while no worker ran doesn't wait for the next minute.
    listener = await listenForDeletions({ connectionString, addJob: runner.addJob, schema, logger });
    logger.info({ schema: setup.context.schema }, "the worker is running");
    await Promise.race([stopped, aborted(signal)]);
  } finally {
    await listener?.stop().catch(() => {});
    const stopping = runner.stop().catch(() => {}); // it has stopped by itself already
    await endWithin(setup.stopTimeout ?? 25_000, Promise.all([stopping, stopped]));
  }
}

/** Sweeps once and drains what is being executed, with graphile-worker's run-once mode. */
async function runOnceNow(setup: Setup): Promise<void> {
  const { context } = setup;
  const once = letheTasks({ ...setup, logger: context.log });
  let failure: unknown;
  const taskList = Object.fromEntries(
    Object.entries(once).map(([name, task]) => [
      name,
      async (...args: Parameters<NonNullable<typeof task>>) => {
        try {
          return await task?.(...args);
        } catch (error) {
          failure = error;
          throw error;
        }
      },
    ]),
  );
  const shared = { ...sharedOptions(setup), taskList };
  const { makeWorkerUtils } = await import("graphile-worker");
  const utils = await makeWorkerUtils({
    connectionString: setup.connectionString,
    schema: workerSchemaOf(setup),
    logger: shared.logger,
  });
  const name = sweepName(context.schema);
  await utils.addJob(name, {}, { jobKey: name });
  await utils.release();
  await runOnce(shared).catch(rethrow);
  if (failure !== undefined) throw failure;
}

function sharedOptions(setup: Setup) {
  const concurrency = setup.concurrency ?? 2;
  return {
    connectionString: setup.connectionString,
    schema: workerSchemaOf(setup),
    concurrency,
    // A drain holds one connection; cron, the listener for jobs and adding jobs need their own.
    maxPoolSize: concurrency + 4,
    noHandleSignals: true,
    logger: graphileLogger(setup.context.log),
    taskList: letheTasks({ ...setup, logger: setup.context.log }),
    // Jobs are completed through graphile-worker's batcher: without it a connection that is lost at that moment
    // ends the process with an unhandled rejection.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
}

function workerSchemaOf({ workerSchema }: RunWorkerOptions): string {
  return workerSchema ?? process.env.GRAPHILE_WORKER_SCHEMA ?? "graphile_worker";
}

function rethrow(error: unknown): never {
  // UsageError is ours and holds no values.
  throw error instanceof Error && error.name === "UsageError" ? error : sanitized(error);
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function endWithin(time: number, work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  const late = sleep(time, true, { signal: waiting.signal }).catch(() => false);
  const isLate = await Promise.race([work.then(() => false), late]);
  waiting.abort();
  if (isLate) throw new StopTimeout(`work was still running after ${time} ms; PostgreSQL rolls it back`);
}
