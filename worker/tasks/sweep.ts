/**
 * The task that executes what is due. It asks the request table and nothing else: its payload is empty, so a lost, a
 * doubled or a stale job changes nothing.
 */
import type { JobHelpers, Task } from "graphile-worker";
import { sweepName, type TaskContext } from "../context.ts";
import { executingRequests, lagSeconds, takeEventCounts } from "../database.ts";
import { factsOf, sanitized } from "../errors.ts";
import { transact } from "../transaction.ts";
import { dispatch } from "./dispatch.ts";
import { drainJob } from "./drain-job.ts";
import { later } from "./later.ts";
import { executeAll } from "./legacy.ts";
import { effectsReporter } from "./report-effects.ts";
import { stopSignal } from "./stop-signal.ts";

/** How soon to look again at requests whose rows somebody holds, in milliseconds. */
const LOOK_AGAIN = 5_000;

export function sweepTask(context: TaskContext): Task {
  const { schema, telemetry, log } = context;
  const reportEffects = effectsReporter(context);
  return async (_payload, helpers) => {
    try {
      await telemetry.span("lethe.sweep", { "lethe.schema": schema }, () => sweep(context, helpers));
      await reportEffects(helpers);
    } catch (error) {
      log.error({ job: helpers.job.id, ...factsOf(error) }, "the sweep failed; the next one tries again");
      throw sanitized(error);
    }
  };
}

async function sweep(context: TaskContext, helpers: JobHelpers): Promise<void> {
  const { schema, log } = context;
  const { withPgClient } = helpers;
  const { held, ...done } = await executeAll(context, withPgClient, stopSignal(context, helpers));

  const drains = await transact(context, withPgClient, (client) => executingRequests(context, client));
  if (drains.length > 0) await helpers.addJobs(drains.map((request) => drainJob(schema, request)));
  if (held) {
    const runAt = await later(withPgClient, LOOK_AGAIN);
    await helpers.addJob(sweepName(schema), {}, { jobKey: sweepName(schema), runAt });
  }
  if (done.executed + done.failed + done.blocked + drains.length > 0) {
    log.info({ ...done, inSteps: drains.length }, "executed what was due");
  }
  await dispatch(context, helpers);
  await report(context, helpers);
}

/** What happened since any worker last looked, in whatever session it happened. */
async function report(context: TaskContext, { withPgClient }: JobHelpers): Promise<void> {
  const attributes = { "lethe.schema": context.schema };
  const counts = await transact(context, withPgClient, (client) => takeEventCounts(context, client));
  for (const { event, count } of counts) context.telemetry.count(event, count, attributes);
  const lag = await transact(context, withPgClient, (client) => lagSeconds(context, client));
  context.telemetry.lag(lag, attributes);
}
