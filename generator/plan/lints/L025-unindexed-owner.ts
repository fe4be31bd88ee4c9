/** L025: rows that could only be found by reading the whole table, at each deletion and each look. */
import type { AnnotationPath, TableAnnotation } from "../../annotation/model.ts";
import type { Table } from "../../catalog/model.ts";
import { ident, qualified } from "../../quote.ts";
import { type PlanContext, report } from "../context.ts";
import type { OwnerPlan } from "../model.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";

export const unindexedOwner: Lint = (plan, context) => {
  for (const { table, rows, path, decision } of declaredRules(plan, context)) {
    if (table.kind === "foreign table") continue;
    const columns = lookupColumns(context, table, rows.owner);
    if (columns === null) continue;
    report(context, {
      code: "L025",
      subject: `${table.name}.${columns.join(", ")}`,
      message:
        "no index finds the rows of a person by this column, so that every deletion reads the whole table",
      remedy: `create it, then run \`lethe sync\`: ${createIndex(table, columns)}`,
      path: ownerPath(decision.annotation as TableAnnotation, path),
    });
  }
};

/** The columns that lack an index; null where nothing does. */
function lookupColumns(context: PlanContext, table: Table, owner: OwnerPlan): string[] | null {
  const wanted =
    owner.by === "column" || owner.by === "match"
      ? [[owner.column]]
      : owner.by === "via"
        ? [owner.columns]
        : owner.by === "polymorphic"
          ? [[owner.id], [owner.type, owner.id]]
          : [];
  if (wanted.length === 0 || wanted.some((columns) => context.catalog.hasIndexOn(table, columns)))
    return null;
  return wanted.at(-1) ?? null;
}

function createIndex(table: Table, columns: string[]): string {
  const on = `${qualified(table.schema, table.table)} (${columns.map(ident).join(", ")});`;
  // PostgreSQL can't build the index of a partitioned table concurrently.
  return table.kind === "partitioned table" ? `create index on ${on}` : `create index concurrently on ${on}`;
}

function ownerPath(annotation: TableAnnotation, path: AnnotationPath): AnnotationPath {
  return annotation.rules[Number(path.at(-1))]?.owner === undefined ? path : [...path, "owner"];
}
