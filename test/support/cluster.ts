/** What belongs to a whole PostgreSQL cluster rather than to one database: roles, and the list of databases. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import postgres from "postgres";

/** Every database that tests create begins so, and nothing else does. */
export const DATABASE_PREFIX = "lethe_test_";

const rolesFile = fileURLToPath(new URL("../../migrations/roles.sql", import.meta.url));

/** A client for administration: one connection, no notices. */
export function adminClient(adminUrl: string): postgres.Sql {
  return postgres(adminUrl, { max: 1, onnotice: () => {}, max_lifetime: null });
}

/** The URL of another database on the same server. */
export function urlOfDatabase(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Makes app_user, app_admin and app_worker, as migrations/roles.sql says; does nothing where they are. */
export async function installRoles(adminUrl: string): Promise<void> {
  const sql = adminClient(adminUrl);
  try {
    await sql.unsafe(readFileSync(rolesFile, "utf8"));
  } finally {
    await sql.end();
  }
}

/** Drops what tests have left on a server that outlives them. */
export async function removeTestDatabases(adminUrl: string): Promise<void> {
  const sql = adminClient(adminUrl);
  try {
    const names = await sql<{ datname: string }[]>`
      select datname from pg_database where starts_with(datname, ${DATABASE_PREFIX})
    `;
    for (const { datname } of names) await sql`drop database if exists ${sql(datname)} with (force)`;
  } finally {
    await sql.end();
  }
}
