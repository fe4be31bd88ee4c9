/**
 * The task that looks each day whether the database still is the one that the annotation knows. Executions look, too,
 * but only when somebody is due: a team should hear of a new table before the first request waits for it.
 */
import type { JobHelpers, Task } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { driftCounts } from "../database.ts";
import { factsOf, sanitized } from "../errors.ts";
import { transact } from "../transaction.ts";

export function driftTask(context: TaskContext): Task {
  const { schema, telemetry, log } = context;
  return async (_payload, helpers) => {
    try {
      await telemetry.span("lethe.drift", { "lethe.schema": schema }, () => report(context, helpers));
    } catch (error) {
      log.error({ job: helpers.job.id, ...factsOf(error) }, "the look at drift failed; it is tried again");
      throw sanitized(error);
    }
  };
}

/** Counts, by kind: what is called how is in `lethe.drift`, for those who may look there. */
async function report(context: TaskContext, { withPgClient }: JobHelpers): Promise<void> {
  const { schema, telemetry, log } = context;
  const counts = await transact(context, withPgClient, (client) => driftCounts(context, client));
  const of = (severity: string) => counts.filter((each) => each.severity === severity);
  for (const severity of ["error", "warn"]) {
    const total = of(severity).reduce((sum, each) => sum + each.count, 0);
    telemetry.drift(total, { "lethe.schema": schema, "lethe.severity": severity });
  }
  if (counts.length === 0) return log.info({}, "no drift: the database is the one that the annotation knows");
  const byKind = (severity: string) =>
    Object.fromEntries(of(severity).map(({ kind, count }) => [kind, count]));
  log.warn(
    { errors: byKind("error"), warnings: byKind("warn") },
    `the database differs from what the annotation knows; ${schema}.drift lists how`,
  );
}
