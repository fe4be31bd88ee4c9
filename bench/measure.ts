/** What is measured and how it is summed up: one side's counters, and ratios of rounds that ran side by side. */
import { readFileSync } from "node:fs";
import type postgres from "postgres";

export interface Measured {
  /** Milliseconds. */
  time: number;
  /** Milliseconds of a processor that the session's server process took; NaN where the system doesn't tell. */
  cpu: number;
  /** Bytes of WAL written by the whole server meanwhile. */
  wal: number;
  /** Whole pages among them, written because a page changed for the first time since the checkpoint. */
  images: number;
  /** Pages looked at in this database, from the cache or not. */
  buffers: number;
}

interface Counters {
  cpu: number;
  wal: string;
  images: number;
  buffers: number;
}

/** Runs `work` on `sql`, right after a checkpoint, and reads the server's counters on another connection. */
export async function measure(
  admin: postgres.Sql,
  sql: postgres.Sql,
  work: () => Promise<void>,
): Promise<Measured> {
  const database = sql.options.database;
  await sql`vacuum`;
  await admin`checkpoint`;
  const before = await counters(admin, sql, database);
  const start = performance.now();
  await work();
  const time = performance.now() - start;
  const after = await counters(admin, sql, database);
  const [row] =
    await admin`select pg_wal_lsn_diff(${after.wal}::pg_lsn, ${before.wal}::pg_lsn)::float8 as bytes`;
  return {
    time,
    cpu: after.cpu - before.cpu,
    wal: Number(row?.bytes),
    images: after.images - before.images,
    buffers: after.buffers - before.buffers,
  };
}

async function counters(admin: postgres.Sql, sql: postgres.Sql, database: string): Promise<Counters> {
  const [place] = await admin`select pg_current_wal_insert_lsn()::text as lsn`;
  // A session reports what it did when it is idle, and at once only when asked.
  const [session] = await sql`select pg_backend_pid() as pid, pg_stat_force_next_flush()`;
  const [row] = await admin`
    select (select wal_fpi from pg_stat_wal)::float8 as images, (blks_hit + blks_read)::float8 as buffers
    from pg_stat_database
    where datname = ${database}
  `;
  return {
    cpu: cpuOf(Number(session?.pid)),
    wal: String(place?.lsn),
    images: Number(row?.images),
    buffers: Number(row?.buffers),
  };
}

/** Milliseconds on a processor since the process began: what others do on the machine hardly shows in it. */
export function cpuOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Ratios of pairs that ran in the same round: what both suffered from the machine cancels out. */
export function ratios(ours: number[], theirs: number[]): Spread {
  const each = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return { median: median(each), min: Math.min(...each), max: Math.max(...each) };
}

/** Every round runs every side once; the order turns round, so that nobody always comes after the same one. */
export async function interleave<T>(rounds: number, sides: (() => Promise<T>)[]): Promise<T[][]> {
  const results: T[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = sides.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      const side = sides[index];
      if (side !== undefined) results[index]?.push(await side());
    }
  }
  return results;
}
