/** L012: a table that a deletion touches, or that seems to hold people's rows, and that nobody has decided. */
import type { Table } from "../../catalog/model.ts";
import type { PlanContext } from "../context.ts";
import { report } from "../context.ts";
import type { Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { declaredRules, removals } from "./support/declared.ts";
import { annotationName, decisionOf, objectKey, rootOf } from "./support/names.ts";
import { snake } from "./support/suggest.ts";
import { subjectTable } from "./support/updates.ts";

const SOFT = ["user", "owner", "author", "creator", "sender", "recipient"].flatMap((word) => [
  `${word}_id`,
  `${word}_uuid`,
]);
const ACTORS = ["created_by", "updated_by", "deleted_by", "created_by_id", "updated_by_id"];

interface Reason {
  message: string;
  example: string;
}

export const undecidedTable: Lint = (plan, context) => {
  const subject = subjectTable(plan, context);
  const found = new Map<Table, Reason>();
  const consider = (table: Table, reason: Reason): boolean => {
    const root = rootOf(context, table);
    if (root === subject || decisionOf(context, table) !== undefined || found.has(root)) return false;
    found.set(root, reason);
    return true;
  };

  for (const { table, fk } of context.catalog.referencing(subject)) {
    const example = `content({ owner: ${JSON.stringify(fk.columns[0])}, columns: { … } })`;
    consider(table, {
      message: `the table refers to ${subject.name} by ${fk.columns.join(", ")} and is not decided`,
      example,
    });
  }
  for (const table of context.catalog.tables) {
    const column = softReference(plan, context, table);
    if (column === null) continue;
    const example = `content({ owner: ${JSON.stringify(column)}, columns: { … } })`;
    consider(table, {
      message: `${column} looks like a reference to ${subject.name}, and the table is not decided`,
      example,
    });
  }
  for (const { table, by } of removals(plan, context, declaredRules(plan, context))) {
    if (by !== null) considerChildren(context, table, consider);
  }

  for (const [table, { message, example }] of found) {
    const key = objectKey(annotationName(context, table));
    report(context, {
      code: "L012",
      subject: table.name,
      message,
      remedy: `add ${key}: ${example}, or ${key}: unrelated("…") where it holds nothing of a person`,
      path: ["tables"],
    });
  }
};

/** Rows that point at deleted ones block the deletion or go with it, and so on down. */
function considerChildren(
  context: PlanContext,
  parent: Table,
  consider: (table: Table, reason: Reason) => boolean,
): void {
  for (const { table, fk } of context.catalog.referencing(parent)) {
    const via = annotationName(context, parent);
    const added = consider(table, {
      message: `its rows point at rows of ${parent.name}, which are deleted, and the table is not decided`,
      example: `content({ owner: via(${JSON.stringify(via)}), rows: "delete" })`,
    });
    if (added && fk.onDelete === "cascade") considerChildren(context, table, consider);
  }
}

/** A column without a foreign key that has the name and the type of a reference to a person. */
function softReference(plan: Plan, context: PlanContext, table: Table): string | null {
  const subject = subjectTable(plan, context);
  const key = context.catalog.column(subject, plan.key.column);
  const singular = snake(subject.table).replace(/ies$/, "y").replace(/s$/, "");
  const names = new Set([`${singular}_id`, `${singular}_uuid`, ...SOFT, ...ACTORS]);
  const referring = new Set(table.foreignKeys.flatMap((fk) => fk.columns));
  const found = table.columns.find(
    (column) =>
      names.has(snake(column.name)) && column.baseType === key?.baseType && !referring.has(column.name),
  );
  return found?.name ?? null;
}
