/** The tables whose rows hide with their people: the subject's, and content's. */

import type { AnnotationPath } from "../../../annotation/model.ts";
import type { Table } from "../../../catalog/model.ts";
import type { PlanContext } from "../../context.ts";
import type { Plan, TableRef } from "../../model.ts";

export interface Hidden {
  table: Table;
  view: TableRef | null;
  rls: "hide" | "restrict" | null;
  path: AnnotationPath;
}

export function hiddenTables(plan: Plan, context: PlanContext): Hidden[] {
  return [plan.subject, ...plan.hiding].flatMap(({ table: ref, view, rls }) => {
    const table = context.catalog.table(ref.name);
    const decision = context.decisions.get(ref.name);
    return table === undefined || decision === undefined ? [] : [{ table, view, rls, path: decision.path }];
  });
}
