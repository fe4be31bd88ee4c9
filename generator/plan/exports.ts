/**
 * Plans what `export_subject()` shows: for each table the ways in which rows are the subject's, and of each row the
 * columns that are. A row that is only handed over or detached (a message received) is somebody else's: of it the key and
 * what isn't personal is shown. `where` narrows; options of a request say nothing about whose data it is.
 */
import type { AnnotationPath, Rule, TableAnnotation } from "../annotation/model.ts";
import { type Decision, type PlanContext, ref, Unresolved } from "./context.ts";
import type { KeyPlan, OwnedRows, ReferencedBy, TableRef } from "./model.ts";
import { effective, ownedRows, rulesOf } from "./owner.ts";
import { isOrphaned } from "./referenced-by.ts";
import { columnsOf, type ExportedColumn, type Shared, type Whole } from "./shown-columns.ts";

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
  shared: Shared;
}

/** A rule's rows; those found through a parent apart by whose the parent's row is. */
function split(whole: Whole, decision: Decision, outer: Rule, path: AnnotationPath): Share[] {
  const rule = effective(outer);
  const { context, subject, key } = whole;
  const rows = { ...ownedRows(context, subject, key, decision.table, rule, path), option: null };
  const { owner } = rows;
  const shared = isShared(decision, rule) && "itself";
  if (isOrphaned(rows)) return pointedAt(whole, rows);
  const parent = owner.by === "via" ? context.decisions.get(owner.parent.name) : undefined;
  if (owner.by !== "via" || parent === undefined || parent === subject) return [{ rows, shared }];
  const arms = rulesOf(parent).flatMap((each) => split(whole, parent, each.rule, each.path));
  const through = (those: Share[]) => ({ ...rows, owner: { ...owner, arms: distinct(those) } });
  const own = arms.filter((arm) => !arm.shared);
  const others = arms.filter((arm) => arm.shared);
  const shares: Share[] = [];
  if (own.length > 0) shares.push({ rows: through(own), shared });
  if (others.length > 0) shares.push({ rows: through(others), shared: "parent" });
  return shares;
}

/** What nobody else's row points at is theirs alone; the rest is other people's too. */
function pointedAt(whole: Whole, rows: OwnedRows & { owner: ReferencedBy }): Share[] {
  const referrers = rows.owner.referrers.map((each) => ({
    ...each,
    released: theirs(whole, each.table.name),
  }));
  const any = { ...rows, owner: { ...rows.owner, referrers: [], claims: [] } };
  return [
    { rows: { ...rows, owner: { ...rows.owner, referrers } }, shared: false },
    { rows: any, shared: "parent" },
  ];
}

function theirs(whole: Whole, table: string): OwnedRows[] {
  const { context, subject, key } = whole;
  const decision = context.decisions.get(table);
  if (decision === subject)
    return [{ owner: { by: "column", column: key.column, cast: null }, where: null, option: null }];
  if (decision === undefined || decision.annotation.class !== "table") return [];
  return rulesOf(decision)
    .filter(
      ({ rule }) => !isShared(decision, effective(rule)) && effective(rule).owner?.by !== "referenced_by",
    )
    .map(({ rule, path }) => ({
      ...ownedRows(context, subject, key, decision.table, effective(rule), path),
      option: null,
    }));
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

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
