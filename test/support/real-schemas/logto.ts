/** Logto's schema from its npm package: the tables' own SQL files, applied in the order and the way in which Logto does. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Tenants } from "@logto/schemas/models";
import type postgres from "postgres";

const folder = join(dirname(createRequire(import.meta.url).resolve("@logto/schemas/package.json")), "tables");

/**
 * Loads it. A file may say its place (init_order) and that the tenants' policies aren't for it (no_after_each).
 * The role that it makes for its tenants, logto_tenant_<suffix>, must be there already.
 */
export async function migrateLogto(sql: postgres.Sql, suffix: string): Promise<void> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const tables = files
    .filter((name) => !name.startsWith("_") || name === "_functions.sql")
    .map((name) => ({ name: name.replace(/\.sql$/, ""), text: readFileSync(join(folder, name), "utf8") }));
  // The one table that is a model in code.
  tables.push({ name: "tenants", text: Tenants.raw });
  tables.sort((a, b) => orderOf(a.text) - orderOf(b.text) || (a.name < b.name ? -1 : 1));
  const afterEach = readFileSync(join(folder, "_after_each.sql"), "utf8");
  const afterAll = readFileSync(join(folder, "_after_all.sql"), "utf8");
  await sql.begin(async (tx) => {
    for (const { name, text } of tables) {
      await tx.unsafe(text);
      if (!text.includes("/* no_after_each */")) await tx.unsafe(afterEach.replaceAll(/\$\{name\}/g, name));
    }
    await tx.unsafe(afterAll.replaceAll(/\$\{database\}/g, suffix));
  });
}

function orderOf(text: string): number {
  return Number(/\/\*\*? init_order = ([\d.]+) \*\//.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
}
