/**
 * The template database of the reference application: the committed migrations, applied by graphile-migrate
 * as in production, and graphile-worker's schema. Built by whichever test file needs it first, so that tests
 * on empty databases don't depend on the migrations.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Logger, migrate } from "graphile-migrate";
import { runMigrations, Logger as WorkerLogger } from "graphile-worker";
import type postgres from "postgres";
import { adminClient, DATABASE_PREFIX, urlOfDatabase } from "./cluster.ts";

export const migrationsFolder = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Any number will do, as long as everybody who builds the template takes the same. */
const BUILD_LOCK = 5_384_301;

/** Applies the committed migrations to a database, silently; throws what PostgreSQL says. */
export async function applyCommittedMigrations(url: string, adminUrl: string): Promise<void> {
  const logger = new Logger(() => () => {});
  await migrate({ connectionString: url, rootConnectionString: adminUrl, migrationsFolder, logger });
}

/** Installs graphile-worker's schema, silently. */
export async function installGraphileWorker(url: string): Promise<void> {
  await runMigrations({ connectionString: url, logger: new WorkerLogger(() => () => {}) });
}

/** The name of the template, built if it isn't there yet. Changed migrations have another name. */
export async function referenceTemplate(adminUrl: string): Promise<string> {
  const name = `${DATABASE_PREFIX}reference_${hashOfMigrations()}`;
  const sql = adminClient(adminUrl);
  try {
    await sql`select pg_advisory_lock(${BUILD_LOCK})`;
    const [found] = await sql`select from pg_database where datname = ${name}`;
    if (!found) await build(sql, adminUrl, name);
    return name;
  } finally {
    await sql.end(); // the lock goes with the session
  }
}

async function build(sql: postgres.Sql, adminUrl: string, name: string): Promise<void> {
  const unfinished = `${name}_unfinished`;
  await sql`drop database if exists ${sql(unfinished)} with (force)`;
  await sql`create database ${sql(unfinished)} template template0`;
  const url = urlOfDatabase(adminUrl, unfinished);
  await applyCommittedMigrations(url, adminUrl);
  await installGraphileWorker(url);
  await untilNobodyIsConnected(sql, unfinished);
  await sql`alter database ${sql(unfinished)} rename to ${sql(name)}`;
}

/** graphile-migrate keeps its pool for a moment, and ends the process if that is cut: so wait. */
async function untilNobodyIsConnected(sql: postgres.Sql, database: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const [still] = await sql`select from pg_stat_activity where datname = ${database} limit 1`;
    if (!still) return;
    await sleep(50);
  }
  throw new Error(`connections to ${database} stay open, so it can't become the template`);
}

function hashOfMigrations(): string {
  const folder = join(migrationsFolder, "committed");
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 12);
}
