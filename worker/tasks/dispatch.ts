/** Wakes whoever delivers: one job for each handler that has something due, and a look when the next one will have. */
import type { JobHelpers } from "graphile-worker";
import { sweepName, type TaskContext } from "../context.ts";
import { dueHandlers, nextEffectSoon } from "../database/effects.ts";
import { transact } from "../transaction.ts";
import { deliverJob } from "./deliver-job.ts";

export async function dispatch(context: TaskContext, helpers: JobHelpers): Promise<void> {
  const { schema } = context;
  const { handlers, next } = await transact(context, helpers.withPgClient, async (client) => ({
    handlers: await dueHandlers(context, client),
    next: await nextEffectSoon(context, client),
  }));
  // Also for those that this worker doesn't know: another one may.
  if (handlers.length > 0) await helpers.addJobs(handlers.map((handler) => deliverJob(schema, handler)));
  if (next !== null) {
    // A key of its own: with that of the other sweeps it would put one off that is to run now.
    const jobKey = `${sweepName(schema)}:effects`;
    await helpers.addJob(sweepName(schema), {}, { jobKey, runAt: next });
  }
}
