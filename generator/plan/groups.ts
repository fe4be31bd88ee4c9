/** What patterns of names mean in a catalog, and which tables share a decision. */
import { isPattern } from "../annotation/groups.ts";
import type { GroupAnnotation } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import type { PlanContext } from "./context.ts";

/** A pattern is held against the table's name, with and without its schema. */
export function matcher(pattern: string): (table: Pick<Table, "name" | "table">) => boolean {
  const expression = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`);
  return (table) => expression.test(table.name) || expression.test(table.table);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

export interface GroupMatch {
  key: string;
  group: GroupAnnotation;
  pattern: string;
}

/** The group one of whose patterns a table matches. A partition is decided with the table that it is part of. */
export function matchingGroup({ annotation }: PlanContext, table: Table): GroupMatch | undefined {
  if (table.partitionOf !== null) return undefined;
  for (const [key, group] of Object.entries(annotation.groups)) {
    const pattern = group.patterns.find((each) => isPattern(each) && matcher(each)(table));
    if (pattern !== undefined) return { key, group, pattern };
  }
  return undefined;
}

/** Whether somebody has named the table: by itself or in a group's list, not by a pattern. */
export function isNamed(context: PlanContext, table: Table): boolean {
  const decision = context.decisions.get(table.name);
  return decision !== undefined && !isPattern(String(decision.path[1]));
}

/** The tables that share this one's decision, itself among them: none where it is decided by itself. */
export function sharingTables(context: PlanContext, table: Table): { key: string; tables: Table[] } | null {
  const name = context.decisions.get(table.name)?.path[1];
  const found = Object.entries(context.annotation.groups).find(([, group]) =>
    group.tables?.includes(String(name)),
  );
  if (found === undefined) return null;
  const [key, group] = found;
  const { searchPath } = context.annotation.access;
  const tables = (group.tables ?? []).flatMap(
    (each) => context.catalog.resolveName(each, searchPath)[0] ?? [],
  );
  return { key, tables };
}
