/**
 * Two connections, one step at a time: how races are tried as real interleavings, without sleeping and hoping.
 *
 *   const waiting = await blocked(db.sql, b, () => b`select … for update`); // back once b waits for a lock
 *   await a`commit`;
 *   await waiting.result;
 */
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";

/** The server process behind a client of one connection. */
export async function backendPid(client: postgres.Sql): Promise<number> {
  const [row] = await client<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (!row) throw new Error("no backend");
  return row.pid;
}

export type Started<T> = {
  /** Settles with the query; a rejection that nobody awaits yet isn't an unhandled one. */
  result: Promise<T>;
  settled: () => boolean;
};

/** Sends a query now (postgres.js would wait until somebody awaits it). */
export function start<T>(query: PromiseLike<T>): Started<T> {
  let settled = false;
  const result = Promise.resolve(query);
  const settle = () => {
    settled = true;
  };
  result.then(settle, settle);
  return { result, settled: () => settled };
}

/**
 * Sends a query on a client of one connection and comes back once it waits for a lock.
 * `observer` is another client, of the same server. Throws if the query ends instead, or doesn't wait within half a minute.
 */
export async function blocked<T>(
  observer: postgres.Sql,
  client: postgres.Sql,
  query: () => PromiseLike<T>,
): Promise<Started<T>> {
  const pid = await backendPid(client);
  const started = start(query());
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (started.settled()) {
      await started.result;
      throw new Error("the query was expected to wait for a lock, but it ended");
    }
    const [waiting] = await observer`select where cardinality(pg_blocking_pids(${pid})) > 0`;
    if (waiting) return started;
    await sleep(5);
  }
  throw new Error("the query was expected to wait for a lock, but it runs on");
}
