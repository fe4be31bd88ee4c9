/** L069: rows that go once nothing points at them, while the person's own rows stay and go on pointing there. */
import type { Strategy } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Plan, ReferencedBy } from "../model.ts";
import { empties, isOrphaned, releases } from "../referenced-by.ts";
import type { Lint } from "./index.ts";
import { annotationName } from "./support/names.ts";
import { allowedOperations } from "./support/updates.ts";

export const neverOrphaned: Lint = (plan, context) => {
  goneTooEarly(plan, context);
  for (const { strategy, operation } of allowedOperations(plan)) {
    if (!isOrphaned(operation.rows) || letsGo(plan, strategy, operation.rows.owner)) continue;
    const { child, columns } = operation.rows.owner;
    const from = nameOf(context, child.name);
    const column = columns.length === 1 ? columns[0] : `one of ${columns.join(", ")}`;
    report(context, {
      code: "L069",
      subject: operation.table.name,
      message: `rows of ${child.name} stay under ${strategy} and go on pointing there by ${columns.join(", ")}, so that none of these is ever orphaned`,
      remedy: `empty it in ${from}: columns: { ${column}: pii.null() }; or say that these stay too: rows: { ${strategy}: "keep" }`,
      path: operation.path,
    });
  }
};

/** What points is looked at when the erasure begins: by then it must still be there. */
function goneTooEarly(plan: Plan, context: PlanContext): void {
  for (const { operation } of allowedOperations(plan)) {
    if (!isOrphaned(operation.rows)) continue;
    const { child, columns } = operation.rows.owner;
    const emptied = plan.subject.atSchedule.find((each) => columns.includes(each.column));
    const own = child.name === plan.subject.table.name && emptied !== undefined;
    const early = [...plan.atSchedule.filter((each) => releases(each, columns)), ...plan.suspensions];
    if (!own && !early.some((each) => each.table.name === child.name)) continue;
    report(context, {
      code: "L069",
      subject: operation.table.name,
      message: own
        ? `${child.name}.${emptied?.column} is emptied when a deletion is scheduled: at execution nothing says any more what it pointed at`
        : `rows of ${child.name} go when a deletion is scheduled: at execution nothing says any more what they pointed at`,
      remedy: own
        ? `leave out \`at: "schedule"\` for ${emptied?.column}`
        : `let something point there that is there until the execution, or give ${nameOf(context, operation.table.name)} an owner of its own`,
      path: operation.path,
    });
  }
}

function letsGo(plan: Plan, strategy: Strategy, { child, columns }: ReferencedBy): boolean {
  if (child.name === plan.subject.table.name)
    return strategy === "hard_delete" || empties(plan.subject.changes[strategy], columns);
  const own = plan.operations[strategy].filter((each) => each.table.name === child.name);
  return own.some((each) => releases(each, columns));
}

function nameOf(context: PlanContext, name: string): string {
  const table = context.catalog.table(name);
  return table === undefined ? name : annotationName(context, table);
}
