/** What the catalog has and the annotation doesn't say, and the other way round: what `lethe sync` edits. */
import type { Catalog, Table } from "../../catalog/model.ts";
import type { Finding } from "../../errors.ts";
import { looksPersonal } from "../../plan/lints/support/suggest.ts";
import { plan } from "../../plan/plan.ts";
import { groupOf, groupQuestion, isPattern } from "../groups.ts";
import type { Annotation, AnnotationPath, ColumnRule } from "../model.ts";
import { valueAt } from "../value.ts";

export interface Addition {
  /** The record that gets a new key; for "columns" of a rule that has none, the rule itself; a group. */
  path: AnnotationPath;
  /** "list" of a group; "first list" where it has none, and takes what it matches as it is. */
  into: "tables" | "columns" | "rule" | "list" | "first list";
  /** The new key, or the new name in a list, and the question of its todo(). */
  key: string;
  question: string;
  /** `schema.table` or `schema.table.column`. */
  subject: string;
}

export interface Vanished {
  path: AnnotationPath;
  subject: string;
  what: "table" | "column";
}

export interface Missing {
  additions: Addition[];
  vanished: Vanished[];
  /** The annotation once everything is added. */
  expected: Annotation;
}

/** Far more than decisions ever follow from each other. */
const ROUNDS = 25;

export function missingDecisions(annotation: Annotation, catalog: Catalog): Missing {
  let expected = annotation;
  const additions: Addition[] = [];
  const first = plan(annotation, catalog).findings;
  let findings = first;
  for (let round = 0; round < ROUNDS; round++) {
    const found = findings.flatMap((finding) => additionOf(expected, catalog, finding));
    const fresh = found.filter((each, at) => found.findIndex((other) => sameKey(each, other)) === at);
    if (fresh.length === 0) break;
    additions.push(...fresh);
    expected = fresh.reduce(withAddition, expected);
    // One place for a table's columns may hide another: two rules with columns of their own.
    findings = plan(expected, catalog).findings;
  }
  return { additions, vanished: first.flatMap(vanishedOf), expected };
}

function sameKey(a: Addition, b: Addition): boolean {
  return a.key === b.key && JSON.stringify(a.path) === JSON.stringify(b.path);
}

function additionOf(annotation: Annotation, catalog: Catalog, finding: Finding): Addition[] {
  if (finding.code === "L012") {
    const table = catalog.tables.find((each) => each.name === finding.subject);
    if (table === undefined) return [];
    const key = tableKey(annotation, catalog, table);
    const why = finding.message.replace(/,? and (the table )?is not decided$/, "");
    return [{ path: ["tables"], into: "tables", key, question: `new table: ${why}`, subject: table.name }];
  }
  if (finding.code === "L063") return listed(annotation, catalog, finding);
  if (finding.code !== "L013") return [];
  const table = catalog.tables.find(
    (each) => finding.subject.startsWith(`${each.name}.`) && hasColumn(each, finding),
  );
  const column = table?.columns.find((each) => finding.subject === `${table.name}.${each.name}`);
  if (table === undefined || column === undefined) return [];
  const looks = looksPersonal(column);
  const question = `new column of type ${column.type}${looks === null ? "" : `: it may hold ${looks}`}`;
  const into = finding.path.at(-1) === "columns" ? "columns" : "rule";
  // Columns that no rule has are the table's: they hold for every rule.
  const path = shared(annotation, into === "columns" ? finding.path : finding.path.slice(0, 2));
  return [{ path, into, key: column.name, question, subject: finding.subject }];
}

/** The tables of a group have one decision, which is edited once. */
function shared(annotation: Annotation, path: AnnotationPath): AnnotationPath {
  const key = groupOf(annotation, String(path[1]));
  const tables = key === undefined ? [] : decidedTables(annotation, key);
  return path.with(1, tables[0] ?? String(path[1]));
}

/** Those of a group's tables that nobody has to look at any more. */
function decidedTables({ tables, groups }: Annotation, key: string): string[] {
  const group = groups[key];
  const open = (name: string) => tables[name]?.class === "todo" && group?.decision.class !== "todo";
  return (group?.tables ?? []).filter((name) => !open(name));
}

/** A table that a group's pattern matches: a question, or, where nothing was listed yet, what the pattern meant. */
function listed(annotation: Annotation, catalog: Catalog, finding: Finding): Addition[] {
  const [, group] = finding.path;
  const table = catalog.tables.find((each) => each.name === finding.subject);
  const known = typeof group === "string" ? annotation.groups[group] : undefined;
  if (table === undefined || typeof group !== "string" || known === undefined) return [];
  const key = tableKey(annotation, catalog, table);
  const first = known.tables === null;
  return [
    {
      path: ["tables", group],
      into: first ? "first list" : "list",
      key,
      question: first ? `listed: ${group} matches it` : groupQuestion(group),
      subject: table.name,
    },
  ];
}

function hasColumn(table: Table, finding: Finding): boolean {
  return table.columns.some((column) => finding.subject === `${table.name}.${column.name}`);
}

/** Short where the search path leads to the table. */
function tableKey(annotation: Annotation, catalog: Catalog, table: Table): string {
  const names = [table.table, ...annotation.access.searchPath.map((schema) => `${schema}.${table.table}`)];
  const found = names
    .map((name) => catalog.tables.find((each) => each.name === name))
    .find((each) => each !== undefined);
  return found === table ? table.table : table.name;
}

function withAddition(annotation: Annotation, { path, into, key, question }: Addition): Annotation {
  const copy = structuredClone(annotation);
  if (into === "tables") {
    copy.tables[key] = { class: "todo", question };
    return copy;
  }
  if (into === "list" || into === "first list") {
    const group = copy.groups[String(path[1])];
    if (group === undefined) return copy;
    group.tables = [...(group.tables ?? group.patterns.filter((each) => !isPattern(each))), key];
    copy.tables[key] = into === "list" ? { class: "todo", question } : structuredClone(group.decision);
    return copy;
  }
  const owner = groupOf(copy, String(path[1]));
  const places =
    owner === undefined
      ? [valueAt(copy, path)]
      : [
          copy.groups[owner]?.decision && valueAt(copy, ["groups", owner, "decision", ...path.slice(2)]),
          ...decidedTables(copy, owner).map((name) => valueAt(copy, path.with(1, name))),
        ];
  for (const place of places) addColumn(place, into, key, question);
  return copy;
}

function addColumn(place: unknown, into: Addition["into"], key: string, question: string): void {
  const at = place as { columns?: Record<string, ColumnRule> } & Record<string, ColumnRule>;
  if (into === "columns") at[key] = { action: "todo", question };
  else at.columns = { ...at.columns, [key]: { action: "todo", question } };
}

function vanishedOf(finding: Finding): Vanished[] {
  const gone = finding.message.startsWith("there is no such ");
  if (!gone || (finding.code !== "L010" && finding.code !== "L011") || finding.path[0] !== "tables")
    return [];
  return [
    { path: finding.path, subject: finding.subject, what: finding.code === "L010" ? "table" : "column" },
  ];
}
