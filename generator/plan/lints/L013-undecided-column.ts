/** L013: a column of rows that stay, about which nobody has decided. */
import type {
  AnnotationPath,
  ColumnRule,
  SubjectAnnotation,
  TableAnnotation,
} from "../../annotation/model.ts";
import type { Column, Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import { markColumns } from "../marks.ts";
import type { OwnerPlan, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { type Declared, declaredRules } from "./support/declared.ts";
import { objectKey } from "./support/names.ts";
import { looksPersonal, suggestion } from "./support/suggest.ts";
import { columnsPath } from "./support/updates.ts";

export const undecidedColumn: Lint = (plan, context) => {
  subjectColumns(plan, context);
  const rules = declaredRules(plan, context);
  for (const rule of rules) {
    if (survives(plan, rule)) ruleColumns(context, rule, rules);
  }
};

function subjectColumns(plan: Plan, context: PlanContext): void {
  // Under hard_delete alone the row goes, and every column with it.
  if (plan.lifecycle.strategies.every((strategy) => strategy === "hard_delete")) return;
  const decision = context.decisions.get(plan.subject.table.name);
  if (decision === undefined) return;
  const { columns } = decision.annotation as SubjectAnnotation;
  const marks = markColumns(plan.subject.marks);
  for (const column of decision.table.columns) {
    if (marks.includes(column.name) || column.generated !== null) continue;
    check(context, decision.table, column, columns, [...decision.path, "columns"]);
  }
}

/** soft_delete leaves content as it is by its meaning; what counts is whether a row outlives an erasure. */
function survives(plan: Plan, rule: Declared): boolean {
  const erasing = plan.lifecycle.strategies.filter((strategy) => strategy !== "soft_delete");
  return erasing.some((strategy) => !["delete", "cascade"].includes(rule.action[strategy]));
}

function ruleColumns(
  context: PlanContext,
  { decision, table, rule, path }: Declared,
  rules: Declared[],
): void {
  const annotation = decision.annotation as TableAnnotation;
  const columns = rule.columns ?? annotation.columns;
  const at = columns === undefined ? path : columnsPath(decision, path);
  const exempt = new Set([
    ...(context.catalog.primaryKey(table) ?? []),
    ...table.foreignKeys.flatMap((fk) => fk.columns),
    ...rules.filter((each) => each.table === table).flatMap((each) => ownerColumns(each.rows.owner)),
  ]);
  for (const column of table.columns) {
    if (exempt.has(column.name) || column.generated !== null) continue;
    check(context, table, column, columns ?? {}, at);
  }
}

function ownerColumns(owner: OwnerPlan): string[] {
  switch (owner.by) {
    case "column":
      return [owner.column];
    case "via":
      return owner.columns;
    case "polymorphic":
      return [owner.type, owner.id];
    // A column that is matched by value holds the value: it has to be decided like any other.
    default:
      return [];
  }
}

function check(
  context: PlanContext,
  table: Table,
  column: Column,
  decided: Record<string, ColumnRule>,
  path: AnnotationPath,
): void {
  if (Object.hasOwn(decided, column.name)) return;
  const looks = looksPersonal(column);
  const key = objectKey(column.name);
  report(context, {
    code: "L013",
    subject: `${table.name}.${column.name}`,
    message: `rows of this table stay, and the column is not decided${looks === null ? "" : ` (it may hold ${looks})`}`,
    remedy:
      looks === null
        ? `add to columns ${key}: keep(), or ${key}: ${suggestion(table, column)} where it is somebody's`
        : `add to columns ${key}: ${suggestion(table, column)}, or ${key}: keep("why it may stay")`,
    path,
  });
}
