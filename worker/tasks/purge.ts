/**
 * The task that deletes rows whose time of retention is over: piece by piece, each in a transaction of its own. What can't
 * go is put back by the database, so that the loop ends.
 */
import type { JobHelpers, Task, WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { wipeStalePayloads } from "../database/effects.ts";
import { purgeDue, purgeRetained, type RetainedCount, retainedCounts } from "../database/retention.ts";
import { factsOf, sanitized } from "../errors.ts";
import { rest } from "../rest.ts";
import { transact } from "../transaction.ts";
import { stopSignal } from "./stop-signal.ts";

/** Rows a transaction. */
const PIECE = 5_000;

export function purgeTask(context: TaskContext): Task {
  const { schema, telemetry, log } = context;
  return async (_payload, helpers) => {
    try {
      await telemetry.span("lethe.purge", { "lethe.schema": schema }, () => purge(context, helpers));
    } catch (error) {
      log.error({ job: helpers.job.id, ...factsOf(error) }, "the purge failed; it is tried again");
      throw sanitized(error);
    }
  };
}

async function purge(context: TaskContext, helpers: JobHelpers): Promise<void> {
  const { withPgClient } = helpers;
  const { log, telemetry, schema } = context;
  const signal = stopSignal(context, helpers);
  let purged = 0;
  let idle = 0;
  // Others may hold what is due: a look or two that changes nothing is enough.
  while (!signal.aborted && idle < 3) {
    const began = performance.now();
    const done = await transact(context, withPgClient, (client) => purgeRetained(context, client, PIECE));
    purged += done;
    idle = done === 0 ? idle + 1 : 0;
    if (!(await transact(context, withPgClient, (client) => purgeDue(context, client)))) break;
    await rest(context, performance.now() - began, signal);
  }
  if (purged > 0) log.info({ rows: purged }, "purged rows whose time of retention is over");
  telemetry.purged(purged, { "lethe.schema": schema });
  await wipe(context, withPgClient, signal);
  report(context, await transact(context, withPgClient, (client) => retainedCounts(context, client)));
}

/** Payloads of effects that were never delivered, once their time is over. */
async function wipe(context: TaskContext, withPgClient: WithPgClient, signal: AbortSignal): Promise<void> {
  let total = 0;
  while (!signal.aborted) {
    const wiped = await transact(context, withPgClient, (client) => wipeStalePayloads(context, client));
    if (wiped === 0) break;
    total += wiped;
  }
  if (total > 0)
    context.log.warn({ effects: total }, "wiped payloads of effects that could not be delivered");
}

function report({ telemetry, log, schema }: TaskContext, counts: RetainedCount[]): void {
  for (const { table, rows, failing } of counts) {
    const attributes = { "lethe.schema": schema, "lethe.table": table };
    telemetry.retained(rows, attributes);
    if (failing > 0)
      log.warn({ table, rows: failing }, `rows can't be purged; ${schema}.retained_rows says why`);
  }
}
