/** What the catalog has and the annotation doesn't say, and the other way round: what `lethe sync` edits. */
import type { Catalog, Table } from "../../catalog/model.ts";
import type { Finding } from "../../errors.ts";
import { looksPersonal } from "../../plan/lints/support/suggest.ts";
import { plan } from "../../plan/plan.ts";
import type { Annotation, AnnotationPath, ColumnRule } from "../model.ts";
import { valueAt } from "../value.ts";

export interface Addition {
  /** The record that gets a new key; for "columns" of a rule that has none, the rule itself. */
  path: AnnotationPath;
  into: "tables" | "columns" | "rule";
  /** The new key, and the question of its todo(). */
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
  const path = into === "columns" ? finding.path : finding.path.slice(0, 2);
  return [{ path, into, key: column.name, question, subject: finding.subject }];
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
  const at = valueAt(copy, path) as { columns?: Record<string, ColumnRule> } & Record<string, ColumnRule>;
  if (into === "columns") at[key] = { action: "todo", question };
  else at.columns = { ...at.columns, [key]: { action: "todo", question } };
  return copy;
}

function vanishedOf(finding: Finding): Vanished[] {
  const gone = finding.message.startsWith("there is no such ");
  if (!gone || (finding.code !== "L010" && finding.code !== "L011") || finding.path[0] !== "tables")
    return [];
  return [
    { path: finding.path, subject: finding.subject, what: finding.code === "L010" ? "table" : "column" },
  ];
}
