/**
 * Plans what `export_subject()` shows: for each table the ways in which rows are the subject's, and of each row the
 * columns that are. A row that is only handed over or detached (a message received) is somebody else's: of it the key and
 * what isn't personal is shown. `where` narrows; options of a request say nothing about whose data it is.
 */
import type { AnnotationPath, Rule, TableAnnotation } from "../annotation/model.ts";
import type { Column, Table } from "../catalog/model.ts";
import { castFor } from "./compare.ts";
import { type Decision, type PlanContext, ref, Unresolved } from "./context.ts";
import { columnSources, type DeclaredColumn } from "./export-columns.ts";
import { familyOf } from "./lints/support/types.ts";
import type { KeyPlan, OwnedRows, TableRef } from "./model.ts";
import { effective, ownedRows, rulesOf } from "./owner.ts";
import { looksSecret } from "./secret-columns.ts";

export interface ExportPlan {
  table: TableRef;
  /** Columns of the primary key; none: ordered by the rows themselves. */
  order: string[];
  /** A row is shown by the first that names it. */
  arms: ExportArm[];
}

/** One way in which rows are the subject's. */
export interface ExportArm {
  rows: OwnedRows;
  columns: ExportedColumn[];
  /** Null for the subject's own row. */
  rule: Rule | null;
  path: AnnotationPath;
}

export type ExportedColumn = { column: string } & (
  | { show: "value" }
  /** A key of people: null where it isn't the subject's. */
  | { show: "key"; cast: string | null }
  /** The same where another column says what kind of thing the key names. */
  | { show: "polymorphic_key"; type: string; value: string; cast: string | null }
  /** A copy of another column of a person's row, by foreign key: null where it isn't the subject's. */
  | { show: "copy"; of: string }
);

interface Whole {
  context: PlanContext;
  subject: Decision;
  key: KeyPlan;
}

export function planExports(context: PlanContext, subject: Decision, key: KeyPlan): ExportPlan[] {
  // What can't be resolved has been reported with the operations.
  const whole = { context: { ...context, findings: [] }, subject, key };
  const others = [...context.decisions.values()]
    .filter((decision) => decision.annotation.class === "table")
    .map((decision) => ({ decision, arms: tableArms(whole, decision) }));
  return [{ decision: subject, arms: [subjectArm(whole)] }, ...others]
    .filter(({ arms }) => arms.length > 0)
    .map(({ decision, arms }) => ({
      table: ref(decision.table),
      order: context.catalog.primaryKey(decision.table) ?? [],
      arms,
    }))
    .sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
}

function subjectArm(whole: Whole): ExportArm {
  const { subject, key } = whole;
  const rows: OwnedRows = {
    owner: { by: "column", column: key.column, cast: null },
    where: null,
    option: null,
  };
  return { rows, columns: columnsOf(whole, subject, null, rows, false), rule: null, path: subject.path };
}

function tableArms(whole: Whole, decision: Decision): ExportArm[] {
  const arms = rulesOf(decision).flatMap(({ rule, path }) => {
    try {
      return split(whole, decision, rule, path).map(({ rows, shared }) => ({
        rows,
        shared,
        arm: {
          rows,
          columns: columnsOf(whole, decision, effective(rule), rows, shared),
          rule: effective(rule),
          path,
        },
      }));
    } catch (error) {
      if (error instanceof Unresolved) return [];
      throw error;
    }
  });
  // What is theirs altogether comes first: a row is shown once, and as fully as any rule allows.
  const ordered = [...arms.filter((each) => !each.shared), ...arms.filter((each) => each.shared)];
  const covers = (wide: OwnedRows, narrow: OwnedRows) =>
    same(wide.owner, narrow.owner) && (wide.where === null || wide.where === narrow.where);
  return ordered
    .filter((each, index) => !ordered.slice(0, index).some((earlier) => covers(earlier.rows, each.rows)))
    .map((each) => each.arm);
}

interface Share {
  rows: OwnedRows;
  /** The row is somebody else's, and the subject only appears in it: by this rule, or because its parent's row is. */
  shared: false | "itself" | "parent";
}

/** A rule's rows; those found through a parent apart by whose the parent's row is. */
function split(whole: Whole, decision: Decision, outer: Rule, path: AnnotationPath): Share[] {
  const rule = effective(outer);
  const { context, subject, key } = whole;
  const rows = { ...ownedRows(context, subject, key, decision.table, rule, path), option: null };
  const { owner } = rows;
  const shared = isShared(decision, rule) && "itself";
  const parent = owner.by === "via" ? context.decisions.get(owner.parent.name) : undefined;
  if (owner.by !== "via" || parent === undefined) return [{ rows, shared }];
  const arms = rulesOf(parent).flatMap((each) => split(whole, parent, each.rule, each.path));
  const through = (those: Share[]) => ({ ...rows, owner: { ...owner, arms: distinct(those) } });
  const own = arms.filter((arm) => !arm.shared);
  const others = arms.filter((arm) => arm.shared);
  const shares: Share[] = [];
  if (own.length > 0) shares.push({ rows: through(own), shared });
  if (others.length > 0) shares.push({ rows: through(others), shared: "parent" });
  return shares;
}

function distinct(arms: Share[]): OwnedRows[] {
  const rows = arms.map((arm) => arm.rows);
  return rows.filter((each, index) => rows.findIndex((other) => same(other, each)) === index);
}

function isShared(decision: Decision, rule: Rule): boolean {
  const { rules } = decision.annotation as TableAnnotation;
  // A member of somebody's group has a row of their own; it is theirs, not the group owner's.
  const viaBesideOwner = rule.owner?.by === "via" && rules.some((each) => isDirect(effective(each)));
  return viaBesideOwner || onlyMoves(rule);
}

function isDirect(rule: Rule): boolean {
  return rule.owner?.by !== "via" && !onlyMoves(rule);
}

/** Detached or handed over under every strategy, never transformed or deleted. */
function onlyMoves(rule: Rule): boolean {
  if (rule.class !== "content" || rule.rows === undefined || typeof rule.rows === "string")
    return rule.class === "content" && rule.rows === "detach";
  if ("action" in rule.rows) return true;
  const { anonymize, hard_delete } = rule.rows;
  const moves = [anonymize, hard_delete].map((each) => each === "detach" || typeof each === "object");
  const stays = [anonymize, hard_delete].map((each) => each === "keep");
  return moves.some(Boolean) && moves.every((each, index) => each || stays[index]);
}

function columnsOf(
  whole: Whole,
  decision: Decision,
  rule: Rule | null,
  rows: OwnedRows,
  shared: Share["shared"],
): ExportedColumn[] {
  const { table } = decision;
  const sources = columnSources(decision, rule);
  const { signingIn } = sources;
  const secret = (column: Column) => sources.of(column.name).secret || looksSecret(table, column, signingIn);
  const keys = keysOfPeople(whole, decision);
  const ids = new Set(whole.context.catalog.primaryKey(table) ?? []);
  // Whoever knows a session's key may be all that opens it, unless it could be guessed anyway.
  const bearer = (column: Column) =>
    sources.session && ids.has(column.name) && familyOf(column.baseType) !== "integer";
  return table.columns.flatMap((column): ExportedColumn[] => {
    const key = keys.get(column.name);
    if (key !== undefined && !sources.of(column.name).secret)
      return [isOwner(rows, column.name) ? value(column) : key];
    // Generated columns say again what others say.
    if (column.generated !== null || secret(column) || bearer(column) || sources.mfa) return [];
    const pointer = ids.has(column.name) || table.foreignKeys.some((fk) => fk.columns.includes(column.name));
    const declared = sources.of(column.name);
    const claimed = shared === "itself" && declared.claimed;
    if (shared && !pointer && !claimed && !isHarmless(declared, column)) return [];
    return [value(column)];
  });
}

function value(column: Column): ExportedColumn {
  return { column: column.name, show: "value" };
}

/** The rows are found by it, so it holds nobody else. */
function isOwner({ owner }: OwnedRows, column: string): boolean {
  return (
    (owner.by === "column" && owner.column === column) || (owner.by === "polymorphic" && owner.id === column)
  );
}

/** In somebody else's row: what is said not to be personal, and what can't hold text. */
function isHarmless(declared: DeclaredColumn, column: Column): boolean {
  if (declared.decided) return !declared.personal;
  const family = familyOf(column.baseType);
  return (
    ["integer", "number", "boolean", "uuid", "date", "time"].includes(family) || column.enumLabels !== null
  );
}

/** Columns that hold a person's key or a copy of their columns, each with how to tell that it is the subject's. */
function keysOfPeople({ context, subject, key }: Whole, decision: Decision): Map<string, ExportedColumn> {
  const found = new Map<string, ExportedColumn>();
  const { table } = decision;
  const cast = (column: string) => castFor(columnType(context, table, column), key.type);
  for (const fk of table.foreignKeys.filter((each) => each.references.table === subject.table.name)) {
    for (const [index, column] of fk.columns.entries()) {
      const of = fk.references.columns[index] ?? key.column;
      if (of === key.column) found.set(column, { column, show: "key", cast: cast(column) });
      else if (!found.has(column)) found.set(column, { column, show: "copy", of });
    }
  }
  if (decision.annotation.class !== "table") return found;
  for (const { rule } of rulesOf(decision)) {
    const { owner } = effective(rule);
    if (owner?.by === "column" && columnType(context, table, owner.column) !== "")
      found.set(owner.column, { column: owner.column, show: "key", cast: cast(owner.column) });
    if (owner?.by === "polymorphic") {
      const { id, type, value } = owner;
      found.set(id, { column: id, show: "polymorphic_key", type, value, cast: cast(id) });
    }
  }
  return found;
}

function columnType(context: PlanContext, table: Table, column: string): string {
  return context.catalog.column(table, column)?.baseType ?? "";
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
