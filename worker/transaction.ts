/** One transaction of the worker: READ COMMITTED, under the worker's role, with a limit on its time. */
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "./context.ts";

/** The client that graphile-worker hands out. */
export type Client = Parameters<Parameters<WithPgClient>[0]>[0];

/** Runs the work in a transaction on a client of the pool. */
export function transact<T>(
  context: TaskContext,
  withPgClient: WithPgClient,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return withPgClient((client) => transactOn(context, client, work));
}

/**
 * Role and timeout are local to the transaction: the same connections serve graphile-worker's own queries, which
 * need the role that owns its tables.
 */
export async function transactOn<T>(
  context: TaskContext,
  client: Client,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  await client.query("begin isolation level read committed");
  try {
    await client.query(
      `select set_config('statement_timeout', $1, true), set_config('role', coalesce($2, current_setting('role')), true)`,
      [String(context.statementTimeout), context.role ?? null],
    );
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // On a lost connection there is nothing left to roll back.
    await client.query("rollback").catch(() => {});
    throw error;
  }
}
