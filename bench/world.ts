/** A server with fsync on and the reference application in it, seeded: what every comparison runs on. */
import postgres from "postgres";
import { seed } from "../examples/reference/seed.ts";
import { urlOfDatabase } from "../test/support/cluster.ts";
import { applyCommittedMigrations } from "../test/support/reference-template.ts";
import { startServer } from "../test/support/server.ts";

export interface World {
  sql: postgres.Sql;
  /** Keys of people who can leave: live, without an active collection. */
  candidates(count: number): Promise<string[]>;
  close(): Promise<void>;
}

export async function openWorld(users: number): Promise<World> {
  const server = await startServer("18", {
    settings: { fsync: "on", full_page_writes: "on", shared_buffers: "1GB", max_wal_size: "8GB" },
  });
  try {
    const admin = postgres(server.adminUrl, { onnotice: () => {} });
    await admin`create database bench`;
    await admin.end();
    const url = urlOfDatabase(server.adminUrl, "bench");
    await applyCommittedMigrations(url, server.adminUrl);
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await seed(sql, { users });
    await sql`update collections set deleted_at = now() where deleted_at is null`;
    await sql`vacuum analyze`;
    return {
      sql,
      candidates: async (count) => {
        const rows =
          await sql`select id from users where deleted_at is null order by random() limit ${count}`;
        return rows.map((row) => String(row.id));
      },
      close: async () => {
        await sql.end();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** WAL bytes since a place in the log. */
export async function walSince(sql: postgres.Sql, place: string): Promise<number> {
  const [row] =
    await sql`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${place}::pg_lsn)::float8 as bytes`;
  return Number(row?.bytes);
}

export async function walPlace(sql: postgres.Sql): Promise<string> {
  const [row] = await sql`select pg_current_wal_insert_lsn()::text as place`;
  return String(row?.place);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
