/** Where the migration belongs in graphile-migrate's folder of current migrations. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../generator/errors.ts";

/** graphile-migrate's own rule for the names of current migrations. */
const NUMBERED = /^(\d+)(?:-([-_a-zA-Z0-9]*))?\.sql$/;

/**
 * The file of an earlier run, or the next free number: after the team's own changes, because the migration needs
 * the tables they make.
 * @throws UsageError where the folder holds a single current.sql instead
 */
export function currentMigration(migrationsFolder: string, schema: string): string {
  const folder = join(migrationsFolder, "current");
  if (existsSync(join(migrationsFolder, "current.sql"))) {
    throw new UsageError(
      `${migrationsFolder} has a current.sql, and graphile-migrate doesn't allow a current folder beside it`,
      "move it to current/001-….sql, or name a file with --out",
    );
  }
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const earlier = names.filter((name) => NUMBERED.exec(name)?.[2] === schema);
  if (earlier.length > 1) {
    throw new UsageError(
      `${folder} has several files for ${schema}: ${earlier.join(", ")}`,
      "keep one of them",
    );
  }
  const [found] = earlier;
  if (found !== undefined) return join(folder, found);
  const numbers = names.map((name) => Number(NUMBERED.exec(name)?.[1] ?? 0));
  const next = Math.max(0, ...numbers) + 1;
  return join(folder, `${String(next).padStart(3, "0")}-${schema}.sql`);
}
