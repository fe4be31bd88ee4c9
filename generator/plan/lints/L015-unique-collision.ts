/** L015: new values that are the same in several rows of a unique index. */
import type { Index, Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import { markAs } from "../marks.ts";
import type { ColumnChange, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { judge } from "./support/check-expression.ts";
import { mentions, partitionsOf } from "./support/names.ts";
import { type Update, updates } from "./support/updates.ts";
import { UNKNOWN } from "./support/values.ts";

/** How far a new value tells rows apart: not at all, people, rows, or as far as the old one did. */
type Distinct = "constant" | "subject" | "row" | "null" | "unknown";

export const uniqueCollision: Lint = (plan, context) => {
  for (const update of updates(plan, context)) {
    for (const index of uniqueIndexes(context, update.table)) checkIndex(plan, context, update, index);
  }
};

function uniqueIndexes(context: PlanContext, table: Table): Index[] {
  const seen = new Set<string>();
  return [table, ...partitionsOf(context, table)]
    .flatMap((each) => each.indexes)
    .filter((index) => {
      // A partition has a copy of every index of its parent, under another name.
      const shape = JSON.stringify([index.columns, index.expressions, index.predicate]);
      return index.unique && !seen.has(shape) && seen.add(shape);
    });
}

function checkIndex(plan: Plan, context: PlanContext, update: Update, index: Index): void {
  const { table } = update;
  if (leaves(plan, update, index)) return;
  const parts = index.columns.map((column, at) => partOf(update, index, column, at));
  const changed = parts.filter((part) => part.distinct !== null);
  const owner = ownerChange(update);
  // Rows that the new owner has already are told by what they hold now: of what else they become, this says nothing.
  const settled = update.operation?.reassign?.onConflict === "delete" ? owner : null;
  const first = changed.find(
    (part) =>
      (part.distinct === "constant" || part.distinct === "subject") &&
      !(settled !== null && part.columns.includes(settled)),
  );
  if (first === undefined || changed.some((part) => part.distinct === "row" || part.distinct === "unknown"))
    return;
  // NULLs are distinct from each other, unless the index says otherwise.
  if (!index.nullsNotDistinct && changed.some((part) => part.distinct === "null")) return;
  const unchanged = parts.filter((part) => part.distinct === null).flatMap((part) => part.columns);
  if (hasOwnKey(table, index, unchanged)) return;

  const byOwner = owner !== null && first.columns.includes(owner);
  report(context, {
    code: "L015",
    level:
      byOwner && update.operation?.reassign !== null && "sql" in (update.operation?.reassign?.to ?? {})
        ? "warning"
        : "error",
    subject: `${table.name}.${first.columns.join(", ")}`,
    message: `${byOwner ? "the new owner may have such a row already" : sameness(first.distinct, update)}, but the index ${index.name}${describe(index)} is unique`,
    remedy: byOwner
      ? 'write reassign("…", { onConflict: "delete" })'
      : remedy(update, first.columns[0] as string),
    path: byOwner ? update.path : update.pathOf(first.columns[0] as string),
  });
}

interface Part {
  /** The columns of this place in the index; several where it is an expression. */
  columns: string[];
  /** Null: the place doesn't change. */
  distinct: Distinct | null;
}

function partOf(update: Update, index: Index, column: string | null, at: number): Part {
  const computed = column === null ? null : generatedBy(update.table, column);
  if (column !== null && computed === null)
    return { columns: [column], distinct: distinctOf(update, index, column) };
  const expression =
    computed ?? index.expressions[index.columns.slice(0, at).filter((each) => each === null).length] ?? "";
  const columns = update.table.columns.map((each) => each.name).filter((name) => mentions(expression, name));
  const changed = columns.filter((name) => distinctOf(update, index, name) !== null);
  const name = changed[0];
  if (name === undefined) return { columns: column === null ? columns : [column], distinct: null };
  const distinct = distinctOf(update, index, name);
  // What takes the place of NULL is the same for everybody.
  if (distinct === "null" && /\bcoalesce\(/i.test(expression))
    return { columns: changed, distinct: "constant" };
  return { columns: changed, distinct };
}

/** A generated column follows those that it is computed from, as an expression in the index would. */
function generatedBy(table: Table, name: string): string | null {
  const column = table.columns.find((each) => each.name === name);
  return column?.generated ? column.default : null;
}

function distinctOf(update: Update, index: Index, column: string): Distinct | null {
  const owner = update.operation?.reassign?.column;
  if (update.detach.includes(column)) return index.nullsNotDistinct ? "constant" : "null";
  if (column === owner) return "constant";
  const change = update.changes.find((each) => each.column === column);
  if (change === undefined) return null;
  const distinct = distinctOfChange(change, index);
  const single = update.operation === null || oneRowEach(update);
  return distinct === "subject" && single ? "row" : distinct;
}

function distinctOfChange({ transform }: ColumnChange, index: Index): Distinct {
  switch (transform.action) {
    case "null":
      return index.nullsNotDistinct ? "constant" : "null";
    case "email":
      return "subject";
    case "template":
      if (transform.template.includes("{key}")) return "row";
      return transform.template.includes("{id}") ? "subject" : "constant";
    case "literal":
    case "empty_array":
    case "truncate":
      return "constant";
    default:
      return "unknown";
  }
}

/** The table has at most one row for each person. */
function oneRowEach(update: Update): boolean {
  const owner = update.operation?.rows.owner;
  return owner?.by === "column" && hasUnique(update.table, [owner.column]);
}

/** The places that stay tell the rows apart already. */
function hasOwnKey(table: Table, index: Index, unchanged: string[]): boolean {
  return table.indexes.some(
    (other) =>
      other !== index &&
      other.unique &&
      other.predicate === null &&
      other.columns.every((column) => column !== null && unchanged.includes(column)) &&
      other.columns.every(
        (column) => table.columns.find((each) => each.name === column)?.notNull || other.nullsNotDistinct,
      ),
  );
}

function hasUnique(table: Table, columns: string[]): boolean {
  return table.indexes.some(
    (index) =>
      index.unique &&
      index.predicate === null &&
      index.columns.every((column) => column !== null && columns.includes(column)),
  );
}

/** The changed rows are no part of a partial index: its condition asks for what is no longer so. */
function leaves(plan: Plan, update: Update, index: Index): boolean {
  const predicate = index.predicate;
  if (predicate === null) return false;
  if (update.operation === null && leavesByMark(plan, predicate)) return true;
  return update.changes.some(({ column, transform }) => {
    if (transform.action === "null") return notNullTest(predicate, column);
    if (transform.action !== "literal") return false;
    const value = transform.value;
    if (value === false && predicate === column) return true;
    if (value === true && predicate === `(NOT ${column})`) return true;
    const equals = new RegExp(
      `^\\(\\(?"?${literally(column)}"?\\)?(?:::[\\w ]+)? = '((?:[^']|'')*)'::[^()]+\\)$`,
    ).exec(predicate);
    return equals !== null && equals[1]?.replaceAll("''", "'") !== String(value);
  });
}

function leavesByMark({ subject: { marks } }: Plan, predicate: string): boolean {
  if (marks.place === "table") return false;
  if (marks.deleted.holds === "time") return isNullTest(predicate, marks.deleted.column);
  return (["in grace", "erased"] as const).every(
    (state) => judge(predicate, (name) => markAs(marks, name, state) ?? UNKNOWN) === "fails",
  );
}

function isNullTest(predicate: string, column: string): boolean {
  return (
    new RegExp(`(^|AND )\\("?${literally(column)}"? IS NULL\\)`).test(predicate) && !/ OR /.test(predicate)
  );
}

function notNullTest(predicate: string, column: string): boolean {
  return (
    new RegExp(`(^|AND )\\("?${literally(column)}"? IS NOT NULL\\)`).test(predicate) &&
    !/ OR /.test(predicate)
  );
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function ownerChange(update: Update): string | null {
  return update.operation?.reassign?.column ?? null;
}

function sameness(distinct: Distinct | null, update: Update): string {
  if (distinct === "constant") return "the new value is the same in every erased row";
  return update.operation === null
    ? "the new value is the same in several rows"
    : "the new value is the same in every row of one person";
}

function describe(index: Index): string {
  let next = 0;
  const columns = index.columns.map((column) => column ?? index.expressions[next++] ?? "?").join(", ");
  return ` (${columns})${index.predicate === null ? "" : ` where ${index.predicate}`}`;
}

function remedy(update: Update, column: string): string {
  const notNull = update.table.columns.find((each) => each.name === column)?.notNull === true;
  const own = update.operation === null;
  const instead =
    own && /e_?mail/i.test(column)
      ? "pii.email()"
      : `pii.template(${JSON.stringify(own ? "deleted_{id}" : "deleted_{key}")})`;
  return `write ${instead}${notNull ? "" : ", or pii.null()"}`;
}
