/**
 * The task that looks each day whether anything was written for people after their erasure: a transaction of the application
 * that began before it sees nothing of it. What is found goes back to executing, and the next sweep erases it.
 */
import type { JobHelpers, Task } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { lastDays, residueAfter } from "../database/residue.ts";
import { factsOf, sanitized } from "../errors.ts";
import { transact } from "../transaction.ts";
import { stopSignal } from "./stop-signal.ts";

export function residueTask(context: TaskContext): Task {
  const { schema, telemetry, log } = context;
  return async (_payload, helpers) => {
    try {
      await telemetry.span("lethe.residue", { "lethe.schema": schema }, () => look(context, helpers));
    } catch (error) {
      log.error({ job: helpers.job.id, ...factsOf(error) }, "the look for residue failed; it is tried again");
      throw sanitized(error);
    }
  };
}

async function look(context: TaskContext, helpers: JobHelpers): Promise<void> {
  const { withPgClient } = helpers;
  const { batch, log, schema } = context;
  const signal = stopSignal(context, helpers);
  let place = await transact(context, withPgClient, lastDays);
  let found = 0;
  for (let more = true; more && !signal.aborted; ) {
    const done = await transact(context, withPgClient, (client) =>
      residueAfter(context, client, place, batch),
    );
    found += done.found;
    place = done.next;
    more = done.looked === batch;
  }
  if (found > 0)
    log.warn(
      { requests: found },
      `something was written for people after their erasure; it is erased again, and the events of ${schema} say where it was`,
    );
}
