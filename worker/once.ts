/** `lethe worker --once`: what is due now, with graphile-worker's run-once mode. For cron jobs, tests and demos. */
import { makeWorkerUtils, runOnce, type TaskList } from "graphile-worker";
import { sweepName } from "./context.ts";
import { type Setup, sharedOptions } from "./setup.ts";

/** Queues a sweep, and works until no job is waiting. Throws what a task threw: somebody should look. */
export async function executeOnce(setup: Setup): Promise<void> {
  const shared = sharedOptions(setup);
  const { connectionString, schema, logger } = shared;
  const name = sweepName(setup.context.schema);
  const utils = await makeWorkerUtils({ connectionString, schema, logger });
  try {
    await utils.addJob(name, {}, { jobKey: name });
  } finally {
    await utils.release();
  }
  const failures: unknown[] = [];
  // Each handler's turn has a place of its own, so that a service that hangs holds up no sweep.
  const concurrency = shared.concurrency + (setup.context.effects?.names.length ?? 0);
  await runOnce({
    ...shared,
    concurrency,
    maxPoolSize: concurrency + 4,
    taskList: watched(shared.taskList, failures),
  });
  if (failures.length > 0) throw failures[0];
}

function watched(tasks: TaskList, failures: unknown[]): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]): [string, TaskList[string]] => [
      name,
      async (payload, helpers) => {
        try {
          await task?.(payload, helpers);
        } catch (error) {
          failures.push(error);
          throw error;
        }
      },
    ]),
  );
}
