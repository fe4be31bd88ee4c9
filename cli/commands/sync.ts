/** `lethe sync`: what the database looks like now, as the snapshot that everything else works from. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import type { Catalog } from "../../generator/catalog/model.ts";
import { parseCatalog, serializeCatalog } from "../../generator/catalog/snapshot.ts";
import { UsageError } from "../../generator/errors.ts";
import { type CatalogChange, catalogChanges } from "../catalog-changes.ts";
import {
  catalogOption,
  configOption,
  databaseOption,
  databaseUrl,
  type FileOptions,
  filesOf,
  jsonOption,
} from "../options.ts";

interface SyncOptions extends FileOptions {
  databaseUrl?: string;
  letheSchema?: string;
  json?: boolean;
}

export function syncCommand(): Command {
  return new Command("sync")
    .summary("read the database's schema into the catalog snapshot")
    .description(
      "Reads tables, columns, keys, triggers, policies and views from the database, writes them to the catalog " +
        "snapshot, and prints what changed. Only reads; rows are never looked at. Commit the snapshot.",
    )
    .addOption(databaseOption())
    .addOption(configOption())
    .addOption(catalogOption())
    .option(
      "--lethe-schema <name>",
      "the SQL schema of Lethe's own objects, left out of the snapshot (default: the annotation's)",
    )
    .addOption(jsonOption())
    .action(sync);
}

async function sync(options: SyncOptions): Promise<void> {
  const url = databaseUrl(options);
  const files = filesOf(options);
  const letheSchema = options.letheSchema ?? (await schemaOfAnnotation(files.config));
  const { withDatabase } = await import("../database.ts");
  const { readCatalog } = await import("../../generator/catalog/read.ts");
  const after = await withDatabase(url, (sql) => readCatalog(sql, { letheSchema }));
  const before = previous(files.catalog);
  const text = serializeCatalog(after);
  write(files.catalog, text);
  const changes = catalogChanges(before ?? { version: 1, tables: [], views: [] }, after);
  if (options.json)
    print(JSON.stringify({ catalog: files.catalog, tables: after.tables.length, changes }, null, 2));
  else print(report(files.catalog, after, changes, before === null));
}

/** A wrong annotation is no reason to refuse: `sync` may be what makes it right. */
async function schemaOfAnnotation(config: string): Promise<string> {
  if (!existsSync(config)) return "lethe";
  const { openAnnotation } = await import("../../generator/annotation/load.ts");
  return (await openAnnotation(config)).annotation?.schema ?? "lethe";
}

function previous(file: string): Catalog | null {
  return existsSync(file) ? parseCatalog(readFileSync(file, "utf8"), file) : null;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const code = (error as { code?: string }).code ?? "unknown reason";
    throw new UsageError(`${file} can't be written (${code})`, "name another file with --catalog");
  }
}

function report(file: string, after: Catalog, changes: CatalogChange[], first: boolean): string {
  const size = `${after.tables.length} tables, ${after.views.length} views`;
  if (first) return `wrote ${file}: ${size}`;
  if (changes.length === 0) return `${file} is up to date: ${size}`;
  const sign = { added: "+", removed: "-", changed: "~" };
  const lines = changes.map(
    ({ kind, name, what }) => `  ${sign[kind]} ${name}${what === undefined ? "" : `: ${what}`}`,
  );
  return [`wrote ${file}: ${size}`, ...lines].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
