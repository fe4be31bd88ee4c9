/**
 * `lethe worker`: graphile-worker with Lethe's tasks, its daily cron items and a listener, kept running.
 *
 * When PostgreSQL goes away the process stays: graphile-worker reconnects by itself while it is idle, and gives up when
 * it was at work; it is then started anew, after a pause that grows to half a minute.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseCronItems, type Runner, run } from "graphile-worker";
import { contextOf, sweepName } from "./context.ts";
import { letheCronItems } from "./cron.ts";
import { factsOf, sanitized } from "./errors.ts";
import { listenForDeletions } from "./listen.ts";
import { createLog } from "./log.ts";
import { executeOnce } from "./once.ts";
import { prepare } from "./prepare.ts";
import {
  deliveryOptions,
  type RunWorkerOptions,
  runnerOptions,
  type Setup,
  workerSchemaOf,
} from "./setup.ts";

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
  if (options.once === true) return await executeOnce(setup).catch(rethrow);

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

class StopTimeout extends Error {}

/** Comes back when it was asked to stop, or when graphile-worker gave up. */
async function runUntilStopped(setup: Setup): Promise<void> {
  const { connectionString, schema, signal, logger, effects } = setup;
  const runner = await run({
    ...runnerOptions(setup),
    // The listener sees to the sweeps.
    parsedCronItems: parseCronItems(
      letheCronItems({ schema }).filter(({ task }) => task !== sweepName(setup.context.schema)),
    ),
  });
  const runners: Runner[] = [runner];
  const stopped = [runner.promise.catch(() => {})];
  let listener: Awaited<ReturnType<typeof listenForDeletions>> | undefined;
  try {
    if (effects !== undefined) {
      const deliveries = await run(deliveryOptions(setup, effects));
      runners.push(deliveries);
      stopped.push(deliveries.promise.catch(() => {}));
    }
    // Connecting queues the first sweep, too: what became due while no worker ran doesn't wait for the next minute.
    listener = await listenForDeletions({ connectionString, addJob: runner.addJob, schema, logger });
    logger.info({ schema: setup.context.schema }, "the worker is running");
    await Promise.race([...stopped, aborted(signal)]);
  } finally {
    await listener?.stop().catch(() => {});
    const stopping = runners.map((each) => each.stop().catch(() => {})); // it has stopped by itself already
    await endWithin(setup.stopTimeout ?? 25_000, Promise.all([...stopping, ...stopped]));
  }
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
