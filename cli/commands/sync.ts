/** `lethe sync`: what the database looks like now, in the snapshot, and what is new in it as questions in the annotation. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { Command } from "commander";
import type { Edited } from "../../generator/annotation/edit/edit.ts";
import type { OpenedAnnotation } from "../../generator/annotation/load.ts";
import type { Catalog } from "../../generator/catalog/model.ts";
import { parseCatalog, serializeCatalog } from "../../generator/catalog/snapshot.ts";
import { UsageError } from "../../generator/errors.ts";
import { type CatalogChange, catalogChanges, withPatterns } from "../catalog-changes.ts";
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
  dryRun?: boolean;
  edit: boolean;
}

export function syncCommand(): Command {
  return new Command("sync")
    .summary("read the database's schema, and add what is new to the annotation")
    .description(
      "Reads tables, columns, keys, triggers, policies and views from the database, writes them to the catalog " +
        "snapshot, and prints what changed. New tables and columns that need a decision are added to the annotation " +
        "file as todo(), what has vanished is marked with a comment; nothing else in the file is touched. Rows of the " +
        "database are never looked at. Commit both files.",
    )
    .addOption(databaseOption())
    .addOption(configOption())
    .addOption(catalogOption())
    .option(
      "--lethe-schema <name>",
      "the SQL schema of Lethe's own objects, left out of the snapshot (default: the annotation's)",
    )
    .option("--dry-run", "write nothing, and show what would be changed")
    .option("--no-edit", "write the snapshot only, and leave the annotation alone")
    .addOption(jsonOption())
    .action(sync);
}

async function sync(options: SyncOptions): Promise<void> {
  const url = databaseUrl(options);
  const files = filesOf(options);
  const opened = await annotationIn(files.config);
  // A wrong annotation is no reason to refuse: `sync` may be what makes it right.
  const letheSchema = options.letheSchema ?? opened?.annotation?.schema ?? "lethe";
  const { withDatabase } = await import("../database.ts");
  const { readCatalog } = await import("../../generator/catalog/read.ts");
  const after = await withDatabase(url, (sql) => readCatalog(sql, { letheSchema }));
  const before = previous(files.catalog);
  const changes = withPatterns(
    catalogChanges(before ?? { version: 1, tables: [], views: [] }, after),
    opened?.annotation ?? null,
    after,
  );
  if (options.dryRun !== true) write(files.catalog, serializeCatalog(after));
  const edit = await editing(options, files.config, opened, after);
  if (edit.failed) process.exitCode = 1;
  if (options.json) {
    const { additions = [], vanished = [], byHand = [] } = edit.edited ?? {};
    const annotation = {
      state: edit.state,
      additions: additions.map(({ subject, question }) => ({ subject, question })),
      vanished: vanished.map(({ subject }) => subject),
      byHand: byHand.map(({ path, text, reason }) => ({ place: path.join("."), text, reason })),
    };
    print(
      JSON.stringify({ catalog: files.catalog, tables: after.tables.length, changes, annotation }, null, 2),
    );
    return;
  }
  print(report(files.catalog, after, changes, before === null, options.dryRun === true));
  for (const line of edit.lines) print(line);
}

interface Editing {
  state: "absent" | "left alone" | "up to date" | "edited" | "would be edited" | "wrong" | "by hand";
  edited: Edited | null;
  lines: string[];
  failed: boolean;
}

async function editing(
  options: SyncOptions,
  config: string,
  opened: OpenedAnnotation | null,
  catalog: Catalog,
): Promise<Editing> {
  if (opened === null) return { state: "absent", edited: null, lines: [], failed: false };
  if (!options.edit) return { state: "left alone", edited: null, lines: [], failed: false };
  if (opened.annotation === null) {
    const line = `${config} is left as it is: it has errors, which \`lethe check\` shows`;
    return { state: "wrong", edited: null, lines: [line], failed: true };
  }
  const { editAnnotation } = await import("../../generator/annotation/edit/edit.ts");
  const edited = editAnnotation(config, opened.annotation, catalog);
  const { additions, vanished, byHand } = edited;
  if (byHand.length > 0)
    return { state: "by hand", edited, lines: handLines(config, edited, opened), failed: true };
  if (additions.length === 0 && vanished.length === 0) {
    return { state: "up to date", edited, lines: [], failed: false };
  }
  if (options.dryRun) {
    const { renderDiff } = await import("../../generator/annotation/edit/diff.ts");
    const diffs = edited.files.map((file) => renderDiff(file, relative(process.cwd(), file.file)));
    return { state: "would be edited", edited, lines: [...diffs, ...goneLines(edited)], failed: false };
  }
  const { writeEdited } = await import("../../generator/annotation/edit/write.ts");
  if (!(await writeEdited(config, edited))) {
    const all = {
      ...edited,
      byHand: additions.map(({ path, into, key, question }) => ({
        path,
        text: {
          "first list": JSON.stringify(key),
          list: `todo(${JSON.stringify(key)})`,
          other: `${JSON.stringify(key)}: todo(${JSON.stringify(question)})`,
        }[into === "list" || into === "first list" ? into : "other"],
        reason: "an edit there would change something else as well",
      })),
    };
    return { state: "by hand", edited: all, lines: handLines(config, all, opened), failed: true };
  }
  const where = edited.files.map((file) => relative(process.cwd(), file.file)).join(", ");
  const asked = additions.map(
    ({ subject, into, question }) => `  ${into === "first list" ? "+" : "?"} ${subject}: ${question}`,
  );
  const lines = [...(where === "" ? [] : [`edited ${where}`]), ...asked, ...goneLines(edited)];
  return { state: where === "" ? "up to date" : "edited", edited, lines, failed: false };
}

function handLines(config: string, { byHand }: Edited, { locate }: OpenedAnnotation): string[] {
  const places = byHand.flatMap(({ path, text, reason }) => {
    const { file, line, column } = locate(path);
    return [
      `  ${relative(process.cwd(), file)}:${line}:${column}  ${path.join(".")}: ${reason}`,
      `    add ${text}`,
    ];
  });
  return [
    `${config} is left as it is: some of what is new has to be added by hand, then run \`lethe sync\` again`,
    ...places,
  ];
}

function goneLines({ vanished }: Edited): string[] {
  return vanished.map(
    ({ subject, what }) => `  ! ${subject}: the database has no such ${what} any more; remove its decision`,
  );
}

async function annotationIn(config: string): Promise<OpenedAnnotation | null> {
  if (!existsSync(config)) return null;
  const { openAnnotation } = await import("../../generator/annotation/load.ts");
  return openAnnotation(config);
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

function report(
  file: string,
  after: Catalog,
  changes: CatalogChange[],
  first: boolean,
  dryRun: boolean,
): string {
  const size = `${after.tables.length} tables, ${after.views.length} views`;
  const wrote = dryRun ? "would write" : "wrote";
  if (first) return `${wrote} ${file}: ${size}`;
  if (changes.length === 0) return `${file} is up to date: ${size}`;
  const sign = { added: "+", removed: "-", changed: "~" };
  const lines = changes.map(
    ({ kind, name, what }) => `  ${sign[kind]} ${name}${what === undefined ? "" : `: ${what}`}`,
  );
  return [`${wrote} ${file}: ${size}`, ...lines].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
