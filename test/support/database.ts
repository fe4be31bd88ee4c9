/**
 * A database of its own for a test file, cloned from a template in some tens of milliseconds, with a check
 * that the file left no connection and no transaction open.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { adminClient, DATABASE_PREFIX, urlOfDatabase } from "./cluster.ts";
import "./provided.ts";
import { referenceTemplate } from "./reference-template.ts";

/** A backend goes some time after its client has. */
const PATIENCE = 10_000;

/** "empty": nothing in it. "reference": the committed migrations and graphile-worker's schema. */
export type Template = "empty" | "reference";

export type Database = {
  name: string;
  /** The superuser's URL. */
  url: string;
  /** The superuser's pool of up to 10 connections. */
  sql: postgres.Sql;
  /** A client of one connection that acts as `role`, with these settings: `as("app_user", { "app.user_id": id })`. */
  as(role: string, settings?: Record<string, string>): Promise<postgres.Sql>;
  /** A superuser's client of one connection: `begin` and `commit` may be sent as they are. */
  connect(settings?: Record<string, string>): Promise<postgres.Sql>;
  /** What the test left open, in words, after the clients above were closed and so many milliseconds had gone by. */
  close(patience?: number): Promise<string[]>;
  /** Closes and drops, and throws if something had been left open. */
  drop(patience?: number): Promise<void>;
};

/** Creates a database from a template. Prefer `useDatabase`, which also drops it. */
export async function createDatabase(
  template: Template,
  adminUrl: string = inject("adminUrl"),
): Promise<Database> {
  const source = template === "reference" ? await referenceTemplate(adminUrl) : "template0";
  const name = `${DATABASE_PREFIX}${process.pid}_${randomBytes(5).toString("hex")}`;
  await administer(adminUrl, (sql) => sql`create database ${sql(name)} template ${sql(source)}`);
  const url = urlOfDatabase(adminUrl, name);
  const clients: postgres.Sql[] = [];
  const open = (max: number, connection: Record<string, string>) => {
    // Sent at connection, role and settings survive a reconnect: a test never falls back to superuser.
    const client = postgres(url, { max, connection, onnotice: () => {}, max_lifetime: null });
    clients.push(client);
    return client;
  };
  const openOne = async (connection: Record<string, string>) => {
    const client = open(1, connection);
    await client`select`;
    return client;
  };
  const close = (patience = PATIENCE) =>
    administer(adminUrl, async (sql) => {
      const transactions = await leftBehind(sql, name, true, patience);
      await Promise.all(clients.splice(0).map((client) => client.end({ timeout: 1 })));
      return [...transactions, ...(await leftBehind(sql, name, false, patience))];
    });
  return {
    name,
    url,
    sql: open(10, {}),
    as: (role, settings = {}) => openOne({ role, ...settings }),
    connect: (settings = {}) => openOne(settings),
    close,
    drop: async (patience) => {
      const leaks = await close(patience);
      await administer(adminUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
      if (leaks.length > 0) throw new Error(`${name} was left with ${leaks.join("; ")}`);
    },
  };
}

/** A database for this test file: made before its tests, dropped and checked for leaks after them. */
export function useDatabase(template: Template): Database {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await createDatabase(template);
  });
  afterAll(async () => {
    await database?.drop();
  });
  // Tests read `db.sql` while they run, so the object may stand in for what beforeAll makes.
  return new Proxy({} as Database, {
    get: (_, property: keyof Database) => {
      if (!database) throw new Error(`db.${property} is there once beforeAll has run`);
      return database[property];
    },
  });
}

/** Sessions of a database that don't go away in this time; of those in a transaction only, if asked so. */
async function leftBehind(
  sql: postgres.Sql,
  name: string,
  inTransaction: boolean,
  patience: number,
): Promise<string[]> {
  const deadline = Date.now() + patience;
  let leaks: string[] = [];
  do {
    const sessions = await sql<{ application: string; state: string; query: string }[]>`
      select application_name as application, coalesce(state, 'starting') as state, left(query, 80) as query
      from pg_stat_activity
      where datname = ${name}
        and backend_type = 'client backend'
        and (not ${inTransaction} or xact_start is not null)
    `;
    leaks = sessions.map((session) => {
      const what = inTransaction ? "an open transaction" : "an open connection";
      return `${what} of "${session.application}" (${session.state}): ${session.query}`;
    });
    if (leaks.length === 0) break;
    await sleep(20);
  } while (Date.now() < deadline);
  return leaks;
}

async function administer<T>(adminUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = adminClient(adminUrl);
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
