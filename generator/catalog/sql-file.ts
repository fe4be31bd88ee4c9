/**
 * The SQL that is the same for every application lies in `sql/` as files. This finds them from the sources and
 * from `dist/`, which stand at different depths: it walks up to the package that is ours.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;
const texts = new Map<string, string>();

/** The folder of pg-lethe's own package.json. */
export function packageRoot(): string {
  root ??= findRoot(dirname(fileURLToPath(import.meta.url)));
  return root;
}

/** The text of a file below `sql/`, e.g. "catalog/tables.sql". */
export function sqlFile(path: string): string {
  const known = texts.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(packageRoot(), "sql", path), "utf8");
  texts.set(path, text);
  return text;
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isOurs(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of pg-lethe above ${start}`);
  }
}

function isOurs(file: string): boolean {
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  return typeof content === "object" && content !== null && "name" in content && content.name === "pg-lethe";
}
