/** What the plan does to rows that stay, flat: every UPDATE of every allowed strategy, with places for findings. */
import type { AnnotationPath, Strategy, TableAnnotation } from "../../../annotation/model.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Decision, PlanContext } from "../../context.ts";
import type { ColumnChange, Operation, Plan } from "../../model.ts";

/** One UPDATE of rows of one table. */
export interface Update {
  table: Table;
  changes: ColumnChange[];
  /** Columns set to NULL because the rows are detached. */
  detach: string[];
  /** The rule's operation; null for the subject's own row. */
  operation: Operation | null;
  /** The rule, or the subject. */
  path: AnnotationPath;
  /** Where a column's decision stands. */
  pathOf(column: string): AnnotationPath;
}

export function allowedOperations(plan: Plan): { strategy: Strategy; operation: Operation }[] {
  return plan.lifecycle.strategies.flatMap((strategy) =>
    plan.operations[strategy].map((operation) => ({ strategy, operation })),
  );
}

export function subjectTable(plan: Plan, context: PlanContext): Table {
  const table = context.catalog.table(plan.subject.table.name);
  if (table === undefined) throw new Error("the plan's subject is not in its catalog");
  return table;
}

export function updates(plan: Plan, context: PlanContext): Update[] {
  return [...subjectUpdates(plan, context), ...ruleUpdates(plan, context)];
}

/** All changes of columns, one for each place in the annotation. */
export function columnChanges(plan: Plan, context: PlanContext) {
  const seen = new Set<string>();
  return updates(plan, context)
    .flatMap((update) =>
      update.changes.map((change) => ({
        table: update.table,
        change,
        operation: update.operation,
        path: update.pathOf(change.column),
      })),
    )
    .filter(({ path, change }) => {
      const place = JSON.stringify([path, change.transform]);
      return !seen.has(place) && seen.add(place);
    });
}

function subjectUpdates(plan: Plan, context: PlanContext): Update[] {
  const table = subjectTable(plan, context);
  const path = context.decisions.get(table.name)?.path ?? ["tables"];
  const { strategies } = plan.lifecycle;
  const sets = [
    ...(strategies.includes("anonymize") || inSteps(plan) ? [plan.subject.changes.anonymize] : []),
    ...(strategies.includes("soft_delete") ? [plan.subject.changes.soft_delete] : []),
    plan.subject.atSchedule,
  ];
  return sets
    .filter((changes) => changes.length > 0)
    .map((changes) => ({
      table,
      changes,
      detach: [],
      operation: null,
      path,
      pathOf: (column) => [...path, "columns", column],
    }));
}

/** Whoever is erased in steps loses their own columns first, under hard_delete too: the row goes with the last step. */
function inSteps(plan: Plan): boolean {
  return allowedOperations(plan).some(({ operation }) => operation.heavy !== null);
}

function ruleUpdates(plan: Plan, context: PlanContext): Update[] {
  const operations = [
    ...plan.lifecycle.strategies.flatMap((strategy) => plan.operations[strategy]),
    ...(inSteps(plan) && !plan.lifecycle.strategies.includes("anonymize")
      ? plan.operations.anonymize.filter((operation) => operation.class === "part")
      : []),
    ...plan.atSchedule,
  ];
  return operations.flatMap((operation) => {
    const table = context.catalog.table(operation.table.name);
    const decision = context.decisions.get(operation.table.name);
    if (table === undefined || decision === undefined || operation.action === "delete") return [];
    const columns = columnsPath(decision, operation.path);
    return [
      {
        table,
        changes: operation.changes,
        detach: operation.detach,
        operation,
        path: operation.path,
        pathOf: (column: string) => [...columns, column],
      },
    ];
  });
}

/** Where the columns of a rule are decided: on the rule, in a blocker's `otherwise`, or on the table. */
export function columnsPath(decision: Decision, rulePath: AnnotationPath): AnnotationPath {
  const rule = (decision.annotation as TableAnnotation).rules[Number(rulePath.at(-1))];
  if (rule?.class === "blocker" && rule.otherwise !== undefined) {
    if (rule.otherwise.columns !== undefined) return [...rulePath, "otherwise", "columns"];
  } else if (rule?.class !== "blocker" && rule?.columns !== undefined) {
    return [...rulePath, "columns"];
  }
  return [...decision.path, "columns"];
}
