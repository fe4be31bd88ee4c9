/** Somebody who comes by all the time and wants a row: how long, and how often, does the door stay shut? */
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";

export interface Probe {
  /** Milliseconds of the longest time in a row without getting the lock. */
  longest: number;
  /** How often the lock wasn't to be had, and how often it was asked for. */
  refused: number;
  asked: number;
}

/** Asks every few milliseconds until `done` settles. `statement` must end in NOWAIT. */
export async function probe(
  sql: postgres.Sql,
  statement: string,
  parameters: string[],
  done: Promise<unknown>,
): Promise<Probe> {
  const seen: Probe = { longest: 0, refused: 0, asked: 0 };
  let over = false;
  const end = done.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  let since: number | null = null;
  while (!over) {
    const asked = performance.now();
    seen.asked++;
    if (await free(sql, statement, parameters)) {
      if (since !== null) seen.longest = Math.max(seen.longest, performance.now() - since);
      since = null;
    } else {
      seen.refused++;
      since ??= asked;
    }
    await sleep(2);
  }
  await end;
  if (since !== null) seen.longest = Math.max(seen.longest, performance.now() - since);
  return seen;
}

async function free(sql: postgres.Sql, statement: string, parameters: string[]): Promise<boolean> {
  try {
    await sql.unsafe(statement, parameters, { prepare: true });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "55P03") return false;
    throw error;
  }
}
