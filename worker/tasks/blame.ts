/**
 * Counts a failure that the database couldn't count itself, because the transaction was lost with it: in one of its
 * own, so that the request comes back later instead of standing in everybody's way.
 */
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { recordFailure } from "../database.ts";
import { factsOf, summaryOf } from "../errors.ts";
import { transact } from "../transaction.ts";

export async function blame(
  context: TaskContext,
  withPgClient: WithPgClient,
  request: string,
  error: unknown,
): Promise<void> {
  await transact(context, withPgClient, (client) =>
    recordFailure(context, client, request, summaryOf(error)),
  );
  context.log.warn({ request, ...factsOf(error) }, "a request failed; it comes back later");
}
