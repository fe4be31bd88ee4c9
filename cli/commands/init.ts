/** `lethe init`: from a database to a first draft of the annotation, every guess with its reason. */
import { existsSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { serializeCatalog } from "../../generator/catalog/snapshot.ts";
import { draft } from "../../generator/draft/draft.ts";
import { renderDraft } from "../../generator/draft/render.ts";
import { renderSummary, summarize } from "../../generator/draft/summary.ts";
import { UsageError } from "../../generator/errors.ts";
import {
  catalogOption,
  configOption,
  databaseOption,
  databaseUrl,
  type FileOptions,
  filesOf,
  jsonOption,
} from "../options.ts";
import { progressLine } from "../progress.ts";

interface InitOptions extends FileOptions {
  databaseUrl?: string;
  subject: string;
  force?: boolean;
  json?: boolean;
}

export function initCommand(): Command {
  return new Command("init")
    .summary("write a first draft of the annotation from the database")
    .description(
      "Reads the database's schema, finds everything that leads to the people in the subject's table, and writes the " +
        "catalog snapshot and a first draft of the annotation: a proposal for each table and column with its reason, a " +
        "todo() where a person must decide. Only reads the database; rows are never looked at.",
    )
    .addOption(databaseOption())
    .requiredOption("-s, --subject <table>", "the table whose rows are the people, such as public.users")
    .addOption(configOption())
    .addOption(catalogOption())
    .option("--force", "overwrite an annotation file that exists")
    .addOption(jsonOption())
    .action(init);
}

async function init(options: InitOptions): Promise<void> {
  const url = databaseUrl(options);
  const files = filesOf(options);
  refuseToOverwrite(files.config, options.force === true);
  const progress = progressLine();
  try {
    progress.show("reading the database's schema");
    const { withDatabase } = await import("../database.ts");
    const { readCatalog } = await import("../../generator/catalog/read.ts");
    const catalog = await withDatabase(url, (sql) => readCatalog(sql));
    const made = draft(catalog, options.subject, progress.show);
    const text = renderDraft(made);
    write(files.catalog, serializeCatalog(catalog), "--catalog");
    write(files.config, text, "--config");
    progress.clear();
    const summary = summarize(made);
    const report = options.json
      ? JSON.stringify({ config: files.config, catalog: files.catalog, ...summary }, null, 2)
      : [
          `wrote ${files.config} and ${files.catalog}`,
          renderSummary(summary),
          `next: read ${files.config}, then run \`lethe check\``,
        ].join("\n");
    process.stdout.write(`${report}\n`);
  } finally {
    progress.clear();
  }
}

function refuseToOverwrite(config: string, force: boolean): void {
  if (!force && existsSync(config)) {
    throw new UsageError(
      `there is an annotation file ${config} already`,
      "run `lethe sync` to add what is new in the database to it, or give --force to overwrite it with a new draft",
    );
  }
}

function write(file: string, text: string, option: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const code = (error as { code?: string }).code ?? "unknown reason";
    throw new UsageError(`${file} can't be written (${code})`, `name another file with ${option}`);
  }
}
