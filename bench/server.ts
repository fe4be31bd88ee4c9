/** The server that everything runs on: durable as in production, and quiet, so that WAL and buffers are one side's own. */
import postgres from "postgres";
import { installRoles, urlOfDatabase } from "../test/support/cluster.ts";
import { startServer } from "../test/support/server.ts";

export interface BenchServer {
  /** The superuser's connection to the database `postgres`. */
  admin: postgres.Sql;
  url(database: string): string;
  /** A new database: empty, or a copy of another one. */
  create(database: string, template?: string): Promise<string>;
  drop(database: string): Promise<void>;
  stop(): Promise<void>;
}

const SETTINGS = {
  fsync: "on",
  full_page_writes: "on",
  shared_buffers: "2GB",
  max_wal_size: "32GB",
  // Checkpoints come when a comparison asks for one, vacuum too.
  checkpoint_timeout: "1h",
  autovacuum: "off",
  max_connections: "100",
};

/** `settings` come on top of those that every comparison has. */
export async function startBenchServer(settings: Record<string, string> = {}): Promise<BenchServer> {
  const server = await startServer("18", { settings: { ...SETTINGS, ...settings } });
  const admin = postgres(server.adminUrl, { max: 1, onnotice: () => {}, max_lifetime: null });
  await installRoles(server.adminUrl);
  const url = (database: string) => urlOfDatabase(server.adminUrl, database);
  return {
    admin,
    url,
    create: async (database, template = "template0") => {
      // Copying files costs two checkpoints; for a small database, WAL is quicker.
      const [size] = await admin`select pg_database_size(${template}) > 50000000 as large`;
      const strategy = admin.unsafe(size?.large === true ? "file_copy" : "wal_log");
      await admin`create database ${admin(database)} template ${admin(template)} strategy ${strategy}`;
      return url(database);
    },
    drop: async (database) => {
      await admin`drop database if exists ${admin(database)} with (force)`;
    },
    stop: async () => {
      await admin.end({ timeout: 5 });
      await server.stop();
    },
  };
}

/** One connection, or a few, kept for as long as they are needed. */
export function connect(url: string, settings: Record<string, string> = {}, max = 1): postgres.Sql {
  return postgres(url, { max, connection: settings, onnotice: () => {}, max_lifetime: null });
}
