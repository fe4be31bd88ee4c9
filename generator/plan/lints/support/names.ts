/** Names as a person writes them into an annotation, and as an SQL expression mentions them. */
import type { ForeignKey, Table } from "../../../catalog/model.ts";
import { ident } from "../../../quote.ts";
import type { Decision, PlanContext } from "../../context.ts";
import type { Plan } from "../../model.ts";

/** A key of an object literal: bare where JavaScript allows it. */
export function objectKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** The name of a table as the annotation would write it: short where the search path leads there. */
export function annotationName(context: PlanContext, table: Table): string {
  const found = context.catalog.resolveName(table.table, context.annotation.access.searchPath);
  return found[0] === table ? table.table : table.name;
}

/** The owner that a foreign key to the subject makes, as the annotation would write it. */
export function ownerBy(plan: Plan, context: PlanContext, fk: ForeignKey): string {
  const part = plan.parts.find((each) => each.table.name === fk.references.table)?.rows.owner;
  const key = part?.by === "column" ? part.column : plan.key.column;
  const column = fk.columns[fk.references.columns.indexOf(key)];
  if (column !== undefined) return JSON.stringify(column);
  if (part !== undefined) return `via(${JSON.stringify(nameOf(context, fk.references.table))})`;
  return `via(${JSON.stringify(nameOf(context, plan.subject.table.name))})`;
}

function nameOf(context: PlanContext, name: string): string {
  const table = context.catalog.table(name);
  return table === undefined ? name : annotationName(context, table);
}

/** The table that partitions are decided with. */
export function rootOf(context: PlanContext, table: Table): Table {
  const parent = table.partitionOf === null ? undefined : context.catalog.table(table.partitionOf);
  return parent === undefined ? table : rootOf(context, parent);
}

export function decisionOf(context: PlanContext, table: Table): Decision | undefined {
  return context.decisions.get(table.name) ?? context.decisions.get(rootOf(context, table).name);
}

/** The partitions of a table, to any depth. */
export function partitionsOf(context: PlanContext, table: Table): Table[] {
  const own = context.catalog.tables.filter((each) => each.partitionOf === table.name);
  return own.flatMap((each) => [each, ...partitionsOf(context, each)]);
}

/** Whether an expression as PostgreSQL prints it names a column. Strings in it are no names. */
export function mentions(expression: string, column: string): boolean {
  const bare = expression.replace(/'(?:[^']|'')*'/g, "''");
  const quoted = `"${column.replaceAll('"', '""')}"`;
  if (bare.includes(quoted)) return true;
  if (ident(column) !== column && !/^[a-z_]\w*$/.test(column)) return false;
  return new RegExp(`(?<![\\w"$])${column.replace(/[$]/g, "\\$&")}(?![\\w"$(])`).test(
    bare.replace(/"(?:[^"]|"")*"/g, '""'),
  );
}
