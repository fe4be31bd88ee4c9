/** What patterns of names mean in a catalog, and what a shared decision means for one table. */
import { isPattern } from "../annotation/groups.ts";
import type {
  Annotation,
  AnnotationPath,
  AnyTableAnnotation,
  ColumnRule,
  GroupAnnotation,
  Rule,
} from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { type PlanContext, report } from "./context.ts";

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

/** The pattern that alone says what a table is; null where somebody has named it, or nothing is said. */
export function onlyPattern(
  { tables, access }: Annotation,
  table: Pick<Table, "name" | "table">,
): string | null {
  const keys = Object.keys(tables);
  const named = keys.some(
    (key) => key === table.name || access.searchPath.some((schema) => `${schema}.${key}` === table.name),
  );
  return named ? null : (keys.find((key) => isPattern(key) && matcher(key)(table)) ?? null);
}

/** Whether somebody has named the table: by itself or in a group's list, not by a pattern. */
export function isNamed(context: PlanContext, table: Table): boolean {
  const decision = context.decisions.get(table.name);
  return decision !== undefined && !isPattern(String(decision.path[1]));
}

/**
 * A group's decision for one of its tables: without the columns that this one lacks and others have. One that none has is
 * a finding of the group's.
 */
export function decisionFor(
  context: PlanContext,
  key: string,
  table: Table,
  annotation: AnyTableAnnotation,
  path: AnnotationPath,
): AnyTableAnnotation {
  if (annotation.class !== "table") return annotation;
  const { searchPath } = context.annotation.access;
  const names = context.annotation.groups[key]?.tables ?? [];
  const tables = names.flatMap((each) => context.catalog.resolveName(each, searchPath)[0] ?? []);
  const has = (each: Table, column: string) => context.catalog.column(each, column) !== undefined;
  const own = (columns: Columns, at: AnnotationPath): { columns?: Columns } => {
    if (columns === undefined) return {};
    for (const name of Object.keys(columns)) {
      if (tables.some((each) => has(each, name))) continue;
      report(context, {
        code: "L011",
        subject: `${key}.${name}`,
        message: "there is no such column in any table of the group",
        remedy: "remove it, correct its name, or run `lethe sync` if the snapshot is old",
        path: [...at, "columns", name],
      });
    }
    return { columns: Object.fromEntries(Object.entries(columns).filter(([name]) => has(table, name))) };
  };
  const ruleFor = (rule: Rule, at: AnnotationPath): Rule => ({
    ...rule,
    ...own(rule.columns, at),
    ...(rule.class === "blocker" && rule.otherwise !== undefined
      ? { otherwise: ruleFor(rule.otherwise, [...at, "otherwise"]) }
      : {}),
  });
  return {
    ...annotation,
    ...own(annotation.columns, path),
    rules: annotation.rules.map((rule, index) => ruleFor(rule, [...path, "rules", index])),
  };
}

type Columns = Record<string, ColumnRule> | undefined;
