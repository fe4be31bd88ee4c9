/** L043: row-level security that binds even the owner, with whose rights Lethe works. */
import type { Table } from "../../catalog/model.ts";
import { qualified } from "../../quote.ts";
import { type PlanContext, report } from "../context.ts";
import type { OwnedRows, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { decisionOf } from "./support/names.ts";
import { allowedOperations, subjectTable } from "./support/updates.ts";

export const rowSecurityForced: Lint = (plan, context) => {
  for (const table of touchedTables(plan, context)) {
    if (table.rowSecurity !== "forced") continue;
    report(context, {
      code: "L043",
      // Nothing in the snapshot says who will own Lethe's functions.
      level: "warning",
      subject: table.name,
      message:
        "row-level security is forced on the table's owner too, with whose rights Lethe works: its functions would stop with an error (42501) rather than miss rows",
      remedy: `alter table ${qualified(table.schema, table.table)} no force row level security; or run the migration as an owner that has BYPASSRLS`,
      path: decisionOf(context, table)?.path ?? ["tables"],
    });
  }
};

/** Every table that a function of Lethe's reads or writes, parents on the way to an owner included. */
function touchedTables(plan: Plan, context: PlanContext): Set<Table> {
  const names = [
    ...allowedOperations(plan).flatMap(({ operation }) => [
      operation.table.name,
      ...parentsOf(operation.rows),
    ]),
    ...plan.blockers.flatMap((each) => [each.table.name, ...parentsOf(each.rows)]),
    ...plan.guards.flatMap((each) => each.rows.flatMap(parentsOf)),
    ...plan.suspensions.flatMap((each) => [each.table.name, ...parentsOf(each.rows)]),
  ];
  const tables = names.flatMap((name) => context.catalog.table(name) ?? []);
  return new Set([subjectTable(plan, context), ...tables]);
}

function parentsOf({ owner }: OwnedRows): string[] {
  return owner.by === "via" ? [owner.parent.name, ...owner.arms.flatMap(parentsOf)] : [];
}
