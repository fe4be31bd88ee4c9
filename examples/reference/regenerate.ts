/**
 * Writes the reference application's second migration anew, as its team would before it was ever deployed:
 * `lethe sync`, `lethe generate`, `graphile-migrate commit`, on a server of its own. `npm run regenerate`.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commit, Logger, migrate } from "graphile-migrate";
import postgres from "postgres";
import { loadAnnotation } from "../../generator/annotation/load.ts";
import { renderFindings } from "../../generator/annotation/render.ts";
import { readCatalog } from "../../generator/catalog/read.ts";
import { serializeCatalog } from "../../generator/catalog/snapshot.ts";
import { emit } from "../../generator/emit/emit.ts";
import { plan } from "../../generator/plan/plan.ts";
import { startServer } from "../../test/support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const migrationsFolder = join(root, "migrations");
const committed = join(migrationsFolder, "committed");

const server = await startServer("18");
try {
  for (const file of readdirSync(committed))
    if (file.endsWith("-lethe.sql")) rmSync(join(committed, file), { force: true });
  const url = (database: string) =>
    Object.assign(new URL(server.adminUrl), { pathname: `/${database}` }).href;
  const admin = postgres(server.adminUrl, { onnotice: () => {} });
  await admin`create database reference`;
  await admin`create database reference_shadow`;
  await admin.end();
  const settings = {
    connectionString: url("reference"),
    shadowConnectionString: url("reference_shadow"),
    rootConnectionString: server.adminUrl,
    migrationsFolder,
    afterReset: ["!roles.sql"],
    logger: new Logger(() => () => {}),
  };
  await migrate(settings);

  const sql = postgres(url("reference"), { onnotice: () => {} });
  const catalog = await readCatalog(sql);
  await sql.end();
  writeFileSync(join(root, "lethe.catalog.json"), serializeCatalog(catalog));
  const { annotation, locate } = await loadAnnotation(join(root, "lethe.schema.ts"));
  const made = plan(annotation, catalog);
  if (made.findings.length > 0) console.error(renderFindings(made.findings, locate, { color: false }));
  if (made.plan === null) throw new Error("the reference annotation has errors");

  const current = join(migrationsFolder, "current");
  if (!existsSync(current)) mkdirSync(current);
  const file = join(current, "001-lethe.sql");
  writeFileSync(file, emit(made.plan));
  await commit(settings, "lethe");
  rmSync(file, { force: true });
  // graphile-migrate leaves an empty one behind, whose number is ours: the next run would stumble over it.
  rmSync(join(current, "1-current.sql"), { force: true });
  console.log(readdirSync(committed).join("\n"));
} finally {
  await server.stop();
}
