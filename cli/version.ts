/** The version of pg-lethe, as its package.json says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../generator/catalog/sql-file.ts";

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  return String((manifest as { version: string }).version);
}
