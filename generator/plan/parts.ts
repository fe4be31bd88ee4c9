/** Plans the parts: tables that hold a second row of the same people. */
import type { TableAnnotation } from "../annotation/model.ts";
import { decideColumns } from "./columns.ts";
import { type Decision, type PlanContext, Unresolved } from "./context.ts";
import type { KeyPlan, Operation, PersonTable } from "./model.ts";
import { operation } from "./operations.ts";
import { ownedRows, rulesOf } from "./owner.ts";
import { personTable } from "./person-table.ts";

export interface PlannedPart {
  part: PersonTable;
  /** What happens to it when the deletion is scheduled. */
  atSchedule: Operation[];
}

export function planParts(context: PlanContext, subject: Decision, key: KeyPlan): PlannedPart[] {
  // What can't be resolved has been reported with the operations.
  const quiet = { ...context, findings: [] };
  return [...context.decisions.values()].flatMap((decision) =>
    decision.annotation.class !== "table" ? [] : partsOf(quiet, subject, key, decision),
  );
}

function partsOf(context: PlanContext, subject: Decision, key: KeyPlan, decision: Decision): PlannedPart[] {
  const { table } = decision;
  const shared = (decision.annotation as TableAnnotation).columns;
  return rulesOf(decision).flatMap(({ rule, path }) => {
    if (rule.class !== "part") return [];
    try {
      const rows = ownedRows(context, subject, key, table, rule, path);
      const part = personTable(table, rows, decideColumns(context, table, rule.columns ?? shared, path));
      const base = { context, subject: subject.table.name, table, rows, path, rule };
      const atSchedule = part.atSchedule.length === 0 ? [] : [operation(base, "transform", part.atSchedule)];
      return [{ part, atSchedule }];
    } catch (error) {
      if (error instanceof Unresolved) return [];
      throw error;
    }
  });
}
