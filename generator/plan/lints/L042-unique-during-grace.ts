/** L042: a unique index that leaves out whoever is in grace, so that somebody else could take what cancel restores. */
import type { Index, Table } from "../../catalog/model.ts";
import { ident, qualified } from "../../quote.ts";
import { type PlanContext, report } from "../context.ts";
import { type ColumnMarks, markAs } from "../marks.ts";
import type { Plan, TimeMark } from "../model.ts";
import type { Lint } from "./index.ts";
import { judge } from "./support/check-expression.ts";
import { mentions } from "./support/names.ts";
import { subjectTable } from "./support/updates.ts";

export const uniqueDuringGrace: Lint = (plan, context) => {
  const table = subjectTable(plan, context);
  for (const index of table.indexes) checkIndex(plan, context, table, index);
};

function checkIndex(plan: Plan, context: PlanContext, table: Table, index: Index): void {
  const { marks } = plan.subject;
  const { predicate } = index;
  if (!index.unique || predicate === null || marks.place === "table") return;
  if (!mentions(predicate, marks.deleted.column)) return;
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
    remedy: remedy(table, index, predicate, marks),
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
function leavesInGrace(predicate: string, marks: ColumnMarks): boolean {
  const order = { fails: 0, unknown: 1, passes: 2 };
  const verdict = (state: "live" | "in grace") =>
    order[judge(predicate, (name) => markAs(marks, name, state) ?? { known: false, notNull: false })];
  return verdict("in grace") < verdict("live");
}

function remedy(table: Table, index: Index, predicate: string, marks: ColumnMarks): string {
  if (marks.deleted.holds === "value" || marks.scheduled === null)
    return `give grace a value of its own, adopt(${JSON.stringify(marks.deleted.column)}, { deleted: …, scheduled: … }), which the index covers; or add scheduledFor: "scheduled_deletion_at" to marks and \`or scheduled_deletion_at is not null\` to its condition`;
  return `let it cover grace too, then run \`lethe sync\`: ${statements(table, index, predicate, marks.deleted, marks.scheduled)}`;
}

function statements(
  table: Table,
  index: Index,
  predicate: string,
  deletedMark: TimeMark,
  scheduledMark: TimeMark,
): string {
  const on = qualified(table.schema, table.table);
  const [deleted, scheduled] = [ident(deletedMark.column), ident(scheduledMark.column)];
  // The index may come before the migration that adds the mark.
  const column = scheduledMark.add
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
