/** L042: a unique index that leaves out whoever is in grace, so that somebody else could take what cancel restores. */
import type { Index, Table } from "../../catalog/model.ts";
import { ident, qualified } from "../../quote.ts";
import { type PlanContext, report } from "../context.ts";
import type { MarksPlan, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { judge } from "./support/check-expression.ts";
import { mentions } from "./support/names.ts";
import { subjectTable } from "./support/updates.ts";
import { type Known, value } from "./support/values.ts";

export const uniqueDuringGrace: Lint = (plan, context) => {
  const table = subjectTable(plan, context);
  for (const index of table.indexes) checkIndex(plan, context, table, index);
};

function checkIndex(plan: Plan, context: PlanContext, table: Table, index: Index): void {
  const { marks } = plan.subject;
  const { predicate } = index;
  if (!index.unique || predicate === null || !mentions(predicate, marks.deletedAt)) return;
  const columns = columnsIn(table, index);
  if (columns.includes(plan.key.column) || columns.some((name) => isGivenUp(plan, name))) return;
  if (!leavesInGrace(predicate, marks)) return;

  const decision = context.decisions.get(table.name);
  const annotation = decision?.annotation;
  const path = decision?.path ?? ["tables"];
  const decided = columns.find((name) => annotation?.class === "subject" && annotation.columns[name]);
  report(context, {
    code: "L042",
    subject: `${table.name}.${columns.join(", ")}`,
    message: `the unique index ${index.name} (where ${predicate}) leaves out a person in grace: somebody else may take the value, and the cancellation then fails`,
    remedy: `let it cover grace too, then run \`lethe sync\`: ${statements(table, index, predicate, marks)}`,
    path: decided === undefined ? path : [...path, "columns", decided],
  });
}

function columnsIn(table: Table, index: Index): string[] {
  const named = index.columns.filter((column) => column !== null);
  const inExpressions = table.columns
    .map((column) => column.name)
    .filter((name) => index.expressions.some((expression) => mentions(expression, name)));
  return [...new Set([...named, ...inExpressions])];
}

/** Changed at schedule and not put back: a cancellation doesn't want the value again. */
function isGivenUp(plan: Plan, name: string): boolean {
  const { atSchedule, preserve } = plan.subject;
  return atSchedule.some((each) => each.column === name) && !preserve.some((each) => each.column === name);
}

/** Whether the predicate holds less often once a row is marked and due; what it asks of other columns stays open. */
function leavesInGrace(predicate: string, marks: MarksPlan): boolean {
  const order = { fails: 0, unknown: 1, passes: 2 };
  const verdict = (mark: Known) =>
    order[
      judge(predicate, (name) =>
        name === marks.deletedAt || name === marks.scheduledFor ? mark : { known: false, notNull: false },
      )
    ];
  return verdict({ known: false, notNull: true }) < verdict(value(null));
}

function statements(table: Table, index: Index, predicate: string, marks: MarksPlan): string {
  const on = qualified(table.schema, table.table);
  const [deleted, scheduled] = [ident(marks.deletedAt), ident(marks.scheduledFor)];
  // The index may come before the migration that adds the mark.
  const column = marks.addScheduledFor
    ? `alter table ${on} add column if not exists ${scheduled} timestamptz; `
    : "";
  let next = 0;
  const keys = index.columns.map((each) => (each === null ? `(${index.expressions[next++]})` : ident(each)));
  const concurrently = table.kind === "partitioned table" ? "" : "concurrently ";
  const nulls = index.nullsNotDistinct ? " nulls not distinct" : "";
  const covering = `${deleted} is null or ${scheduled} is not null`;
  const where =
    predicate === `(${deleted} IS NULL)`
      ? covering
      : predicate.replaceAll(`(${deleted} IS NULL)`, `(${covering})`);
  return `${column}create unique index ${concurrently}on ${on} (${keys.join(", ")})${nulls} where ${where}; drop index ${concurrently}${qualified(table.schema, index.name)};`;
}
