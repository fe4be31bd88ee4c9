/** The options of `runWorker()`, and what of them goes to graphile-worker. */
import { deliverName, type LetheTaskOptions, type TaskContext } from "./context.ts";
import type { Runner } from "./effects/runner.ts";
import { graphileLogger, type WorkerLog } from "./log.ts";
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

export interface Setup extends RunWorkerOptions {
  logger: WorkerLog;
  context: TaskContext;
}

/** Sweeps and drains. Deliveries have a runner of their own, where a service that hangs holds up no sweep. */
export function runnerOptions(setup: Setup) {
  const options = sharedOptions(setup);
  const { [deliverName(setup.context.schema)]: _, ...taskList } = options.taskList;
  return { ...options, taskList };
}

export function deliveryOptions(setup: Setup, effects: Runner) {
  const options = sharedOptions(setup);
  const name = deliverName(setup.context.schema);
  // A turn for each handler, and a place for the job that only wakes one.
  const concurrency = effects.names.length + 1;
  return {
    ...options,
    concurrency,
    // For claims and receipts, which are short; cron and the listener for jobs have their own.
    maxPoolSize: concurrency + 2,
    taskList: { [name]: options.taskList[name] },
    parsedCronItems: [],
  };
}

/** Everything, in one runner. */
export function sharedOptions(setup: Setup) {
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

/** graphile-worker's schema. */
export function workerSchemaOf({ workerSchema }: { workerSchema?: string } = {}): string {
  return workerSchema ?? process.env.GRAPHILE_WORKER_SCHEMA ?? "graphile_worker";
}
