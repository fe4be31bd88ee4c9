/**
 * Executes what is due, batch by batch, each in a transaction of its own. Errors of a row are dealt with inside the
 * database; what it can't catch (a time-out, a lost connection, no memory) makes the batches smaller until it's clear
 * whose request it is.
 */
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { dueRequests, type Execution, executeDueDeletions, executeDueRequest } from "../database.ts";
import { factsOf } from "../errors.ts";
import { rest } from "../rest.ts";
import { transact } from "../transaction.ts";
import { blame } from "./blame.ts";

export interface Totals {
  executed: number;
  failed: number;
  blocked: number;
  /** Due requests are left, though nothing could be done for them: somebody holds their rows. */
  held: boolean;
}

/** A failing batch shrinks eightfold; at this size its requests are tried one by one. */
const ONE_BY_ONE = 10;
/** That many in a row, and it isn't the requests' fault. */
const ENOUGH = 3;

export async function executeDue(
  context: TaskContext,
  withPgClient: WithPgClient,
  signal: AbortSignal,
): Promise<Totals> {
  const totals: Totals = { executed: 0, failed: 0, blocked: 0, held: false };
  let size = context.batch;
  let first: string | undefined;
  while (!signal.aborted) {
    const began = performance.now();
    const batch = await executeBatch(context, withPgClient, size);
    if (batch === null && size > ONE_BY_ONE) {
      size = Math.ceil(size / 8);
      continue;
    }
    const done = batch ?? (await executeOneByOne(context, withPgClient, size, signal));
    totals.executed += done.executed;
    totals.failed += done.failed;
    totals.blocked += done.blocked;
    if (done.remaining === 0) break;
    if (done.executed + done.failed + done.blocked === 0) {
      // Subjects with very many rows are under way now: they count nowhere, but they are no longer due.
      const [next] = await transact(context, withPgClient, (client) => dueRequests(context, client, 1));
      if (next === first) {
        totals.held = true;
        break;
      }
      first = next;
    }
    size = Math.min(context.batch, size * 4);
    await rest(context, performance.now() - began, signal);
  }
  return totals;
}

/** Null where the batch failed as a whole: nothing of it was done. */
async function executeBatch(
  context: TaskContext,
  withPgClient: WithPgClient,
  size: number,
): Promise<Execution | null> {
  const { telemetry, log } = context;
  try {
    return await telemetry.span("lethe.batch", { "lethe.batch.max": size }, async (span) => {
      const done = await transact(context, withPgClient, (client) =>
        executeDueDeletions(context, client, size),
      );
      span.setAttributes({
        "lethe.batch.executed": done.executed,
        "lethe.batch.failed": done.failed,
        "lethe.batch.blocked": done.blocked,
      });
      return done;
    });
  } catch (error) {
    log.warn({ ...factsOf(error), batch: size }, "a batch failed as a whole; trying smaller ones");
    return null;
  }
}

async function executeOneByOne(
  context: TaskContext,
  withPgClient: WithPgClient,
  size: number,
  signal: AbortSignal,
): Promise<Execution> {
  const { telemetry } = context;
  const sum: Execution = { executed: 0, failed: 0, blocked: 0, remaining: Number.POSITIVE_INFINITY };
  // Outside the try below: where not even this can be asked, the error is the database's, and the sweep fails.
  const requests = await transact(context, withPgClient, (client) => dueRequests(context, client, size));
  let inARow = 0;
  for (const request of requests) {
    if (signal.aborted) break;
    try {
      const done = await telemetry.span("lethe.request", { "lethe.request": request }, () =>
        transact(context, withPgClient, (client) => executeDueRequest(context, client, request)),
      );
      sum.executed += done.executed;
      sum.failed += done.failed;
      sum.blocked += done.blocked;
      inARow = 0;
    } catch (error) {
      await blame(context, withPgClient, request, error);
      sum.failed++;
      inARow++;
      if (inARow >= ENOUGH) throw error;
    }
  }
  return sum;
}
