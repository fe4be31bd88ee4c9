/** L020: rows that are to lose their owner, but can't be without one. */
import type { Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { updates } from "./support/updates.ts";

export const detachNotNull: Lint = (plan, context) => {
  for (const { table, detach, operation, path } of updates(plan, context)) {
    const orphans = operation?.reassign?.orElse === "detach" ? [operation.reassign.column] : [];
    for (const name of [...detach, ...orphans]) {
      if (!isNotNull(context, table, name)) continue;
      const primary = context.catalog.primaryKey(table)?.includes(name) === true;
      const how = detach.includes(name) ? "detaching sets it to NULL" : 'orElse: "detach" sets it to NULL';
      const retained = operation?.class === "retain" ? ": retained rows are detached under hard_delete" : "";
      report(context, {
        code: "L020",
        subject: `${table.name}.${name}`,
        message: `${how}${retained}, but the column is ${primary ? "part of the primary key" : "NOT NULL"}`,
        remedy: `write rows: "delete" or reassign("…")${primary ? "" : `, or alter the column: drop not null on ${name}`}`,
        path,
      });
    }
  }
};

function isNotNull(context: PlanContext, table: Table, name: string): boolean {
  const column = context.catalog.column(table, name);
  return column !== undefined && (column.notNull || (column.domain?.notNull ?? false));
}
