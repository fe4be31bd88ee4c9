/** L067: rows handed to a ghost by a column that refers to a part, in which the ghost has no row. */
import { type PlanContext, report } from "../context.ts";
import { type KeyColumn, keyColumnOf } from "../key-columns.ts";
import type { Operation, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { annotationName } from "./support/names.ts";
import { allowedOperations } from "./support/updates.ts";

export const ghostWithoutPart: Lint = (plan, context) => {
  for (const { operation } of allowedOperations(plan)) {
    const name = partOf(plan, context, operation);
    if (name === null) continue;
    report(context, {
      code: "L067",
      level: "warning",
      subject: `${operation.table.name}.${operation.reassign?.column}`,
      message: `the foreign key leads to ${name}, and a ghost is made in ${plan.subject.table.name} alone: without a row in ${name} nothing can be handed to it`,
      remedy: `insert the ghost's row into ${name} right after the migration, unless a trigger of yours makes it`,
      path: operation.path,
    });
  }
};

/** The part, as the annotation calls it, that the new owner must have a row in. */
function partOf(plan: Plan, context: PlanContext, { table, reassign }: Operation): string | null {
  if (reassign === null || !("ghostKey" in reassign.to)) return null;
  const keys = plan.parts.flatMap(({ table: part, rows }): KeyColumn[] =>
    rows.owner.by === "column" ? [{ table: part.name, column: rows.owner.column }] : [],
  );
  const fk = context.catalog
    .table(table.name)
    ?.foreignKeys.find((each) => keyColumnOf(each, keys) === reassign.column);
  const part = fk && context.catalog.table(fk.references.table);
  return part === undefined ? null : annotationName(context, part);
}
