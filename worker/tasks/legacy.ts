/**
 * What is due, and after it the people who were marked before Lethe came, where the annotation wants them erased: batch
 * by batch, so that requests for all of them never wait at once.
 */
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { scheduleLegacy } from "../database.ts";
import { transact } from "../transaction.ts";
import { executeDue, type Totals } from "./batches.ts";

export async function executeAll(
  context: TaskContext,
  withPgClient: WithPgClient,
  signal: AbortSignal,
): Promise<Totals> {
  const totals = await executeDue(context, withPgClient, signal);
  while (!signal.aborted) {
    const taken = await transact(context, withPgClient, (client) =>
      scheduleLegacy(context, client, context.batch),
    );
    if (taken === 0) break;
    const more = await executeDue(context, withPgClient, signal);
    totals.executed += more.executed;
    totals.failed += more.failed;
    totals.blocked += more.blocked;
    totals.held = more.held;
  }
  return totals;
}
