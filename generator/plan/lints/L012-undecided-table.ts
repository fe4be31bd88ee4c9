/** L012: a table that a deletion touches, or that seems to hold people's rows, and that nobody has decided. */
import { isPattern } from "../../annotation/groups.ts";
import type { Column, Table } from "../../catalog/model.ts";
import type { PlanContext } from "../context.ts";
import { report } from "../context.ts";
import { matchingGroup } from "../groups.ts";
import type { Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { declaredRules, removals } from "./support/declared.ts";
import { annotationName, decisionOf, objectKey, ownerBy, rootOf } from "./support/names.ts";
import { snake } from "./support/suggest.ts";
import { familyOf } from "./support/types.ts";
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
  const swept = new Map<Table, Reason>();
  const consider = (table: Table, reason: Reason): boolean => {
    const root = rootOf(context, table);
    if (root === subject || decisionOf(context, table) !== undefined || found.has(root)) return false;
    found.set(root, reason);
    return true;
  };

  const people = [subject.name, ...plan.parts.map((part) => part.table.name)];
  for (const { table, fk } of people.flatMap((name) => context.catalog.referencing(name))) {
    const example = `content({ owner: ${ownerBy(plan, context, fk)}, columns: { … } })`;
    if (onlyByPattern(context, table))
      swept.set(rootOf(context, table), {
        message: `the table refers to ${fk.references.table} by ${fk.columns.join(", ")}`,
        example,
      });
    const added = consider(table, {
      message: `the table refers to ${fk.references.table} by ${fk.columns.join(", ")} and is not decided`,
      example,
    });
    if (added && fk.onDelete === "cascade") considerChildren(context, table, consider);
  }
  const names = referenceNames(plan, context);
  for (const table of context.catalog.tables) {
    const reason = softReference(plan, context, table, names) ?? address(table);
    if (reason === null) continue;
    if (onlyByPattern(context, table) && !swept.has(rootOf(context, table)))
      swept.set(rootOf(context, table), reason);
    consider(table, { ...reason, message: `${reason.message}, and the table is not decided` });
  }
  for (const { table, by } of removals(plan, context, declaredRules(plan, context))) {
    if (by !== null) considerChildren(context, table, consider);
  }

  for (const [table, reason] of swept) notByPattern(context, table, reason);
  for (const [table, { message, example }] of found) {
    // L063 asks about it, beside the decision that it may belong to.
    if (matchingGroup(context, table) !== undefined) continue;
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

function onlyByPattern(context: PlanContext, table: Table): boolean {
  const decision = decisionOf(context, table);
  return (
    decision !== undefined && decision.annotation.class !== "todo" && isPattern(String(decision.path[1]))
  );
}

/** A pattern says of tables that nobody has seen that they hold nothing of a person; their columns say otherwise. */
function notByPattern(context: PlanContext, table: Table, { message, example }: Reason): void {
  const decision = decisionOf(context, table);
  if (decision === undefined) return;
  const key = objectKey(annotationName(context, table));
  report(context, {
    code: "L012",
    subject: table.name,
    message: `${message}, and only the pattern ${JSON.stringify(decision.path[1])} says that it is ${decision.annotation.class === "keep" ? "to be kept" : "unrelated"}`,
    remedy: `add ${key}: ${example}, or ${key}: ${decision.annotation.class}("…") where that holds for this table too`,
    path: decision.path,
  });
}

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

/** What a reference to a person is called: everywhere, after the table, and in this schema's own foreign keys. */
function referenceNames(plan: Plan, context: PlanContext): Set<string> {
  const subject = subjectTable(plan, context);
  const singular = snake(subject.table).replace(/ies$/, "y").replace(/s$/, "");
  const own = context.catalog
    .referencing(subject)
    .flatMap(({ fk }) => (fk.columns.length === 1 ? fk.columns.map(snake) : []))
    // Named so generally, a column elsewhere says nothing.
    .filter((name) => name !== "id");
  return new Set([`${singular}_id`, `${singular}_uuid`, ...SOFT, ...ACTORS, ...own]);
}

/** A column without a foreign key, or a key inside indexed JSON, that is called as a reference to a person is. */
function softReference(plan: Plan, context: PlanContext, table: Table, names: Set<string>): Reason | null {
  const subject = subjectTable(plan, context);
  const key = context.catalog.column(subject, plan.key.column);
  const looks = (what: string, example: string): Reason => ({
    message: `${what} looks like a reference to ${subject.name}`,
    example,
  });
  const referring = new Set(table.foreignKeys.flatMap((fk) => fk.columns));
  const column = table.columns.find(
    (each) => names.has(snake(each.name)) && holdsKey(each, key) && !referring.has(each.name),
  );
  if (column !== undefined)
    return looks(column.name, `content({ owner: ${JSON.stringify(column.name)}, columns: { … } })`);
  // Nobody indexes what nothing is looked up by.
  const inside = table.indexes
    .flatMap((index) => index.expressions)
    .map((expression) => /^\(*(\w+ ->> '(\w+)')::text\)*$/.exec(expression))
    .find((match) => match?.[2] !== undefined && names.has(snake(match[2])));
  if (inside?.[1] === undefined) return null;
  return looks(
    inside[1],
    `content({ owner: ownerSql(${JSON.stringify(`t.${inside[1]}`)}), columns: { … } })`,
  );
}

/** A key fits as it is, or as text. */
function holdsKey(column: Column, key: Column | undefined): boolean {
  const family = familyOf(column.baseType);
  return (
    key !== undefined &&
    (column.baseType === key.baseType || family === "text" || family === familyOf(key.baseType))
  );
}

/** Nothing leads from such a table to a person but the address itself. */
function address(table: Table): Reason | null {
  const column = table.columns.find(
    (each) =>
      familyOf(each.baseType) === "network" ||
      (familyOf(each.baseType) === "text" &&
        /(^|_)(e_?mail(_address)?|phone(_number)?|ip_address)$/.test(snake(each.name))),
  );
  if (column === undefined) return null;
  return {
    message: `${column.name} may be somebody's address`,
    example: `content({ owner: match(${JSON.stringify(column.name)}, { value: "…", if: "…" }), rows: "delete" })`,
  };
}
