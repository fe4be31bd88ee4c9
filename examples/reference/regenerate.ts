/**
 * Writes the reference application's second migration anew, as its team would before it was ever deployed:
 * `lethe sync`, `lethe generate`, `graphile-migrate commit`, on a server of its own. `npm run regenerate`.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
const committed = join(root, "migrations", "committed");
const isOurs = (file: string) => file.endsWith("-lethe.sql");

// On a copy, so that the committed file is there until the new one has proved to work.
const migrationsFolder = mkdtempSync(join(tmpdir(), "lethe-regenerate-"));
cpSync(join(root, "migrations"), migrationsFolder, {
  recursive: true,
  filter: (path) => !isOurs(path) && !path.includes(join("migrations", "current")),
});
const server = await startServer("18");
try {
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
  mkdirSync(current);
  writeFileSync(join(current, "001-lethe.sql"), emit(made.plan));
  await commit(settings, "lethe");
  for (const file of readdirSync(join(migrationsFolder, "committed")).filter(isOurs)) {
    // Copied beside and renamed: whoever reads the folder at this moment finds the old file or the new one.
    cpSync(join(migrationsFolder, "committed", file), join(committed, `${file}.new`));
    renameSync(join(committed, `${file}.new`), join(committed, file));
    console.log(file);
  }
} finally {
  // graphile-migrate keeps its connections for 200 ms, and ends this process where one of them is lost.
  await sleep(500);
  await server.stop();
  rmSync(migrationsFolder, { recursive: true, force: true });
}
