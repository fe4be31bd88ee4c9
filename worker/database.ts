/** Lethe's SQL functions as the worker calls them. Each call is a statement in a transaction of the caller's. */
import type { TaskContext } from "./context.ts";
import type { Client } from "./transaction.ts";

/** `lethe.execution`, as numbers. */
export interface Execution {
  executed: number;
  failed: number;
  blocked: number;
  remaining: number;
}

/** What `lethe.continue_deletion()` says: `executing` means there is more to do now. */
export type DrainState = string;

export async function executeDueDeletions(
  { schema }: TaskContext,
  client: Client,
  max: number,
): Promise<Execution> {
  return executionOf(await client.query(`select * from ${schema}.execute_due_deletions($1)`, [max]));
}

/** People marked before Lethe came; how many were taken off the list. */
export async function scheduleLegacy({ schema }: TaskContext, client: Client, max: number): Promise<number> {
  const { rows } = await client.query<{ taken: number }>(`select ${schema}.schedule_legacy($1) as taken`, [
    max,
  ]);
  return rows[0]?.taken ?? 0;
}

export async function executeDueRequest(
  { schema }: TaskContext,
  client: Client,
  request: string,
): Promise<Execution> {
  return executionOf(await client.query(`select * from ${schema}.execute_due_request($1)`, [request]));
}

export async function dueRequests({ schema }: TaskContext, client: Client, max: number): Promise<string[]> {
  return ids(await client.query(`select r::text as id from ${schema}.due_requests($1) r`, [max]));
}

export async function executingRequests({ schema }: TaskContext, client: Client): Promise<string[]> {
  return ids(await client.query(`select r::text as id from ${schema}.executing_requests() r`));
}

export async function continueDeletion(
  { schema }: TaskContext,
  client: Client,
  request: string,
): Promise<DrainState> {
  const { rows } = await client.query<{ state: string }>(`select ${schema}.continue_deletion($1) as state`, [
    request,
  ]);
  const state = rows[0]?.state ?? "waiting";
  // A step is done again when a crash has lost it, so nobody need wait for the disk. The last one is waited for.
  if (state === "executing") await client.query("set local synchronous_commit = off");
  return state;
}

export async function recordFailure(
  { schema }: TaskContext,
  client: Client,
  request: string,
  error: string,
): Promise<void> {
  // Another worker may hold the request: it knows better what becomes of it.
  await client.query("set local lock_timeout = '5s'");
  await client.query(`select ${schema}.record_failure($1, $2)`, [request, error]);
}

export async function takeEventCounts(
  { schema }: TaskContext,
  client: Client,
): Promise<{ event: string; count: number }[]> {
  const { rows } = await client.query<{ event: string; count: string }>(
    `select event, count::text from ${schema}.take_event_counts()`,
  );
  return rows.map(({ event, count }) => ({ event, count: Number(count) }));
}

export async function lagSeconds({ schema }: TaskContext, client: Client): Promise<number> {
  const { rows } = await client.query<{ lag: number }>(`select ${schema}.lag() as lag`);
  return rows[0]?.lag ?? 0;
}

export interface DriftCount {
  severity: string;
  kind: string;
  count: number;
}

export async function driftCounts({ schema }: TaskContext, client: Client): Promise<DriftCount[]> {
  const { rows } = await client.query<{ severity: string; kind: string; count: number }>(
    `select severity, kind, count(*)::integer as count from ${schema}.drift group by severity, kind order by severity, kind`,
  );
  return rows;
}

function executionOf({ rows }: { rows: Record<string, unknown>[] }): Execution {
  const row = rows[0] ?? {};
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    executed: number("executed"),
    failed: number("failed"),
    blocked: number("blocked"),
    remaining: number("remaining"),
  };
}

function ids({ rows }: { rows: { id: string }[] }): string[] {
  return rows.map((row) => row.id);
}
