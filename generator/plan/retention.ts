/** Rows that outlive their person for a time: how they are kept by key and date, and found again when it is over. */
import type { RetainRule, Sql } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { columnOrFail, type Decision, type PlanContext, ref, Unresolved } from "./context.ts";
import type { KeyPlan, OwnedRows, OwnerPlan, TableRef } from "./model.ts";
import { effective, ownedRows, rulesOf } from "./owner.ts";

/** Rows of one table that are kept on one basis. */
export interface RetentionPlan {
  table: TableRef;
  /** The primary key. */
  key: { column: string; type: string }[];
  since: string;
  sinceType: SinceType;
  /** PostgreSQL interval. */
  for: string;
  basis: string;
  rows: OwnedRows;
  /** Owners by the table's other retain rules: a row that is theirs too outlives this one's time. */
  others: OwnerPlan[];
}

export type SinceType = "timestamp with time zone" | "timestamp without time zone" | "date";

export function isSinceType(type: string): type is SinceType {
  return type === "timestamp with time zone" || type === "timestamp without time zone" || type === "date";
}

/** What can't be kept so (no primary key, no date) is reported by L060 and L061 and left out here. */
export function planRetentions(context: PlanContext, subject: Decision, key: KeyPlan): RetentionPlan[] {
  const found = [...context.decisions.values()]
    .filter((decision) => decision.annotation.class === "table")
    .flatMap((decision) => retentionsOf(context, subject, key, decision));
  const order = childrenFirst(
    context,
    found.map((each) => each.table.name),
  );
  return found.sort((a, b) => order.indexOf(a.table.name) - order.indexOf(b.table.name));
}

function retentionsOf(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  decision: Decision,
): RetentionPlan[] {
  const planned = rulesOf(decision).flatMap(({ rule: outer, path }): Omit<RetentionPlan, "others">[] => {
    const rule = effective(outer);
    if (rule.class !== "retain") return [];
    try {
      return retention(context, decision.table, rule, [...path], (quiet) =>
        ownedRows(quiet, subject, key, decision.table, rule, path),
      );
    } catch (error) {
      if (error instanceof Unresolved) return [];
      throw error;
    }
  });
  const text = (each: { rows: OwnedRows }) => JSON.stringify(each.rows.owner);
  return planned.map((each) => ({
    ...each,
    others: planned.filter((other) => text(other) !== text(each)).map((other) => other.rows.owner),
  }));
}

function retention(
  context: PlanContext,
  table: Table,
  rule: RetainRule,
  path: (string | number)[],
  rowsOf: (quiet: PlanContext) => OwnedRows,
): Omit<RetentionPlan, "others">[] {
  const since = columnOrFail(context, table, rule.since, [...path, "since"]);
  const columns = context.catalog.primaryKey(table);
  if (columns === null || !isSinceType(since.baseType)) return [];
  return [
    {
      table: ref(table),
      key: columns.map((name) => ({
        column: name,
        type: context.catalog.column(table, name)?.type ?? "text",
      })),
      since: rule.since,
      sinceType: since.baseType,
      for: rule.for satisfies Sql,
      basis: rule.basis,
      // An owner that can't be resolved has been reported while planning the rule.
      rows: rowsOf({ ...context, findings: [] }),
    },
  ];
}

/** Tables whose rows refer to others come before those. */
function childrenFirst(context: PlanContext, tables: string[]): string[] {
  const ordered: string[] = [];
  const visit = (name: string, above: string[]): void => {
    if (ordered.includes(name) || above.includes(name)) return;
    for (const { table } of context.catalog.referencing(name))
      if (tables.includes(table.name)) visit(table.name, [...above, name]);
    ordered.push(name);
  };
  for (const name of [...new Set(tables)].sort()) visit(name, []);
  return ordered;
}
