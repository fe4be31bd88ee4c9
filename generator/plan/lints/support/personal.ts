/** Tables in which a person's rows are erased: what is copied out of them outlives the person. */
import type { Table } from "../../../catalog/model.ts";
import type { PlanContext } from "../../context.ts";
import type { Plan } from "../../model.ts";
import { rootOf } from "./names.ts";
import { allowedOperations, subjectTable } from "./updates.ts";

/** The subject, and every table of which a strategy removes or rewrites rows, by name. */
export function erasedTables(plan: Plan, context: PlanContext): Map<string, Table> {
  const names = allowedOperations(plan)
    .filter(({ operation }) => operation.action === "delete" || operation.changes.length > 0)
    .map(({ operation }) => operation.table.name);
  const tables = names.flatMap((name) => context.catalog.table(name) ?? []);
  return new Map([subjectTable(plan, context), ...tables].map((table) => [table.name, table]));
}

/** Tables that a view reads, through other views too; partitions as the table they are part of. */
export function tablesRead(context: PlanContext, view: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(view)) return found;
  seen.add(view);
  for (const name of context.catalog.views.find((each) => each.name === view)?.reads ?? []) {
    const table = context.catalog.table(name);
    if (table !== undefined) found.add(rootOf(context, table).name);
    else for (const deeper of tablesRead(context, name, seen)) found.add(deeper);
  }
  return found;
}
