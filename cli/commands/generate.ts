/** `lethe generate`: the migration, from the two files alone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../generator/errors.ts";
import { currentMigration } from "../current-migration.ts";
import { catalogOption, configOption, type FileOptions, filesOf } from "../options.ts";

interface GenerateOptions extends FileOptions {
  out?: string;
  ahead?: string;
  migrationsFolder: string;
}

export function generateCommand(): Command {
  return new Command("generate")
    .summary("write the SQL migration")
    .description(
      "Writes the migration that the annotation and the catalog snapshot ask for. Works offline; the same two files " +
        "always give the same bytes. By default it goes to graphile-migrate's current folder as NNN-lethe.sql, " +
        "in place of the one that is there. Refuses, and writes nothing, while an error or a todo() is left.",
    )
    .addOption(configOption())
    .addOption(catalogOption())
    .option("-o, --out <file>", "where to write it; - for standard output")
    .option(
      "--ahead <file>",
      "also write what can be run before the migration, outside of a transaction: the marks, and their index built " +
        "concurrently; for a subject table of millions of rows",
    )
    .option("--migrations-folder <folder>", "graphile-migrate's folder", "migrations")
    .action(generateMigration);
}

async function generateMigration(options: GenerateOptions): Promise<void> {
  // Loaded here, because the emitter is not needed for --help or a check.
  const { generate } = await import("../../generator/generate.ts");
  const { sql, ahead, warnings, schema } = await generate(filesOf(options));
  process.stderr.write(warnings);
  if (options.ahead !== undefined) write(options.ahead, ahead);
  if (options.out === "-") {
    process.stdout.write(sql);
    return;
  }
  const file = options.out ?? currentMigration(options.migrationsFolder, schema);
  write(file, sql);
  process.stdout.write(`wrote ${file}\n`);
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    const code = (error as { code?: string }).code ?? "unknown reason";
    throw new UsageError(`${file} can't be written (${code})`, "name another file with --out");
  }
}
