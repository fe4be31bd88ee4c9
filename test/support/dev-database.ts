/**
 * `npm run db`: a PostgreSQL for development that keeps its data under .db/, with the databases that
 * graphile-migrate wants. Runs until Ctrl-C. PORT chooses another port than 54329.
 */
import { fileURLToPath } from "node:url";
import { adminClient, installRoles, urlOfDatabase } from "./cluster.ts";
import { startServer } from "./server.ts";

const directory = fileURLToPath(new URL("../../.db", import.meta.url));
const port = Number(process.env.PORT ?? 54329);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`PORT is "${process.env.PORT}"; give a number from 1 to 65535`);
  process.exit(2);
}

/** Development only, and on 127.0.0.1 only; the data outlives this process, so the password must, too. */
const password = "lethe";
const server = await startServer("18", {
  directory,
  port,
  password,
  settings: { fsync: "on", full_page_writes: "on" },
});
await installRoles(server.adminUrl);
const sql = adminClient(server.adminUrl);
for (const name of ["lethe_dev", "lethe_shadow"]) {
  const [found] = await sql`select from pg_database where datname = ${name}`;
  if (!found) await sql`create database ${sql(name)}`;
}
await sql.end();

console.log(`PostgreSQL 18 runs, its data is in .db/. For graphile-migrate and lethe:

export DATABASE_URL=${urlOfDatabase(server.adminUrl, "lethe_dev")}
export SHADOW_DATABASE_URL=${urlOfDatabase(server.adminUrl, "lethe_shadow")}
export ROOT_DATABASE_URL=${server.adminUrl}

Then: npx graphile-migrate migrate. Ctrl-C stops the server.`);

const stopped = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
const stayAwake = setInterval(() => {}, 1 << 30);
await stopped;
clearInterval(stayAwake);
await server.stop();
