/** `lethe check`: is the annotation right for the snapshot, and the snapshot for the database? For hooks and CI. */
import { dirname, join, relative } from "node:path";
import { Command, Option } from "commander";
import type { Locate } from "../../generator/annotation/locate.ts";
import { type PlacedFinding, place, renderFindings } from "../../generator/annotation/render.ts";
import { readCatalogFile } from "../../generator/catalog/snapshot.ts";
import type { Finding } from "../../generator/errors.ts";
import { type Inspected, inspect } from "../../generator/pipeline.ts";
import {
  catalogOption,
  configOption,
  databaseUrl,
  type FileOptions,
  filesOf,
  jsonOption,
} from "../options.ts";
import { version } from "../version.ts";

interface CheckOptions extends FileOptions {
  effects?: string;
  databaseUrl?: string | true;
  json?: boolean;
  sarif?: boolean;
}

const EFFECTS = "lethe.effects.ts";

export function checkCommand(): Command {
  return new Command("check")
    .summary("check the annotation against the catalog snapshot, and both against a database")
    .description(
      "Prints everything that is wrong with the annotation file, each with its place and what to write instead. " +
        "Works offline on the annotation and the snapshot; with --database-url also says where the snapshot is out " +
        "of date and what lethe.drift lists. Looks at the effects file, too, where there is one, without its secrets. Open decisions (todo) are warnings here. An error makes it end with 1.",
    )
    .addOption(configOption())
    .addOption(catalogOption())
    .option(
      "--effects <file>",
      `the effects file (default: ${EFFECTS} beside the annotation file, where there is one)`,
    )
    .option("-d, --database-url [url]", "look at this database too (without a value: $DATABASE_URL)")
    .addOption(jsonOption())
    .addOption(
      new Option("--sarif", "print SARIF 2.1.0, which code hosts show in pull requests").conflicts("json"),
    )
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const inspected = await inspect(filesOf(options));
  const { withEffects } = await import("../../worker/effects/check.ts");
  const effects = options.effects ?? join(dirname(options.config), EFFECTS);
  const offline = await withEffects(inspected, effects, options.effects !== undefined);
  const findings = [...offline.findings, ...(await onDatabase(options, inspected))].map(todoAsWarning);
  process.stdout.write(await print(options, findings, offline.locate));
  if (findings.some((finding) => finding.level === "error")) process.exitCode = 1;
}

async function onDatabase(options: CheckOptions, { annotation }: Inspected): Promise<Finding[]> {
  if (options.databaseUrl === undefined) return [];
  const url = databaseUrl(options.databaseUrl === true ? {} : { databaseUrl: options.databaseUrl });
  // An annotation that can't be read comes first: what it decides isn't known.
  if (annotation === null) return [];
  const snapshot = readCatalogFile(filesOf(options).catalog);
  const { withDatabase } = await import("../database.ts");
  const { databaseFindings } = await import("../database-findings.ts");
  return withDatabase(url, (sql) => databaseFindings(sql, annotation, snapshot));
}

async function print(options: CheckOptions, findings: Finding[], locate: Locate): Promise<string> {
  const placed = () => (findings.length === 0 ? [] : place(findings, locate));
  if (options.json) return `${JSON.stringify({ findings: placed().map(forPrograms) }, null, 2)}\n`;
  if (options.sarif) return sarif(placed());
  return renderFindings(findings, locate) || `${options.config}: no findings\n`;
}

async function sarif(findings: PlacedFinding[]): Promise<string> {
  const { toSarif } = await import("../../generator/sarif.ts");
  return `${JSON.stringify(toSarif(findings, { version: version() }), null, 2)}\n`;
}

/** `generate` refuses while a decision is open; a check between two decisions needn't. */
function todoAsWarning(finding: Finding): Finding {
  return finding.code === "L007" ? { ...finding, level: "warning" } : finding;
}

function forPrograms({ position, path: _path, at: _at, ...finding }: PlacedFinding): object {
  return {
    ...finding,
    file: relative(process.cwd(), position.file),
    line: position.line,
    column: position.column,
  };
}
