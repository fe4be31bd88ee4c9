/** L016: a new value that the column's length doesn't hold. */
import type { Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { ColumnChange, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { familyOf, keyLength } from "./support/types.ts";
import { columnChanges, subjectTable } from "./support/updates.ts";

export const tooLong: Lint = (plan, context) => {
  for (const { table, change, path } of columnChanges(plan, context)) {
    const column = context.catalog.column(table, change.column);
    const limit = column?.maxLength ?? null;
    if (column === undefined || limit === null || familyOf(column.baseType) !== "text") continue;
    const length = greatestLength(plan, context, table, change);
    if (length === null || length <= limit) continue;
    report(context, {
      code: "L016",
      subject: `${table.name}.${change.column}`,
      message: `the new value has up to ${length} characters, but the column holds ${limit}`,
      remedy: `write a value of at most ${limit} characters${column.notNull ? "" : ", or pii.null()"}, or alter the column to be longer`,
      path,
    });
  }
};

/** Null where there is no telling: an expression, or a key of any length. */
function greatestLength(plan: Plan, context: PlanContext, table: Table, change: ColumnChange): number | null {
  const { transform } = change;
  switch (transform.action) {
    case "literal":
      return [...String(transform.value)].length;
    case "email":
      return templateLength("deleted_{id}@deleted.invalid", plan, context, table);
    case "template":
      return templateLength(transform.template, plan, context, table);
    case "hash":
      // "lethe:" and 64 hexadecimal digits.
      return 70;
    default:
      return null;
  }
}

function templateLength(template: string, plan: Plan, context: PlanContext, table: Table): number | null {
  let length = [...template.replaceAll(/\{id\}|\{key\}/g, "")].length;
  for (const [hole] of template.matchAll(/\{id\}|\{key\}/g)) {
    const hold =
      hole === "{id}"
        ? lengthOf(context, subjectTable(plan, context), plan.key.column)
        : lengthOf(context, table, context.catalog.primaryKey(table)?.[0] ?? "");
    if (hold === null) return null;
    length += hold;
  }
  return length;
}

function lengthOf(context: PlanContext, table: Table, name: string): number | null {
  const column = context.catalog.column(table, name);
  return column === undefined ? null : keyLength(column.baseType, column.maxLength);
}
