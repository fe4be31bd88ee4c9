/** L072: a table that inherits from a decided one: its rows are rows of that one too, its own columns are nobody's business yet. */
import type { Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";
import { annotationName, decisionOf, objectKey } from "./support/names.ts";

export const inheritedRows: Lint = (plan, context) => {
  for (const table of context.catalog.tables) {
    if (table.partitionOf !== null || decisionOf(context, table) !== undefined) continue;
    const from = decidedAncestor(context, table);
    if (from === undefined) continue;
    const inherited = new Set(from.columns.map((column) => column.name));
    const own = table.columns.map((column) => column.name).filter((name) => !inherited.has(name));
    const key = objectKey(annotationName(context, table));
    report(context, {
      code: "L072",
      subject: table.name,
      message: `its rows are rows of ${from.name} too, from which the table inherits: what is done to those is done to them, but ${own.length === 0 ? "no guard, key or policy of that table holds for them" : `its own columns (${own.join(", ")}) stay as they are`}, and the table is not decided`,
      remedy: `add ${key}: content({ owner: ${JSON.stringify(ownerIn(plan, context, from))}, columns: { … } }), or ${key}: keep("why") where it holds nothing else of a person`,
      path: decisionOf(context, from)?.path ?? ["tables"],
    });
  }
};

/** The nearest table above that has rules of its own, or is people's. */
function decidedAncestor(context: PlanContext, table: Table, seen = new Set<Table>()): Table | undefined {
  for (const name of table.inherits) {
    const above = context.catalog.table(name);
    if (above === undefined || seen.has(above)) continue;
    seen.add(above);
    const kind = decisionOf(context, above)?.annotation.class;
    if (kind === "table" || kind === "subject") return above;
    const further = decidedAncestor(context, above, seen);
    if (further !== undefined) return further;
  }
  return undefined;
}

/** The column by which the rows above are somebody's. */
function ownerIn(plan: Plan, context: PlanContext, from: Table): string {
  if (from.name === plan.subject.table.name) return plan.key.column;
  const owners = declaredRules(plan, context).flatMap(({ table, rows }) =>
    table === from && rows.owner.by === "column" ? [rows.owner.column] : [],
  );
  return owners[0] ?? "…";
}
