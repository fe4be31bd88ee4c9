/** Rows that point at the subject by another unique column than its key: found through the person's own row. */
import type { AnnotationPath, Owner } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { columnOrFail, type Decision, type PlanContext, ref, report, Unresolved } from "./context.ts";
import type { KeyPlan, Operation, OwnedRows, OwnerPlan } from "./model.ts";

export type Via = Extract<OwnerPlan, { by: "via" }>;
export interface Columns {
  columns: string[];
  references: string[];
}

/** An owner that is the key after all is a column like any other. */
export function resolveViaSubject(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  table: Table,
  link: Columns,
  path: AnnotationPath,
): OwnerPlan {
  const { columns, references } = link;
  for (const name of references) columnOrFail(context, subject.table, name, path);
  const place = references.indexOf(key.column);
  const itself = columns[place];
  if (itself !== undefined) return { by: "column", column: itself, cast: null };
  if (!isUnique(subject.table, references)) {
    report(context, {
      code: "L068",
      subject: table.name,
      message: `two people may have the same ${references.join(", ")}: no unique index of ${subject.table.name} says otherwise, and either would take the other's rows along`,
      remedy: "name a unique column in `references`, or give the table an owner column",
      path,
    });
    throw new Unresolved();
  }
  const own: OwnerPlan = { by: "column", column: key.column, cast: null };
  return {
    by: "via",
    parent: ref(subject.table),
    columns,
    references,
    arms: [{ owner: own, where: null, option: null }],
  };
}

/** Where the only foreign keys to the subject don't hold its key, the single one that there is. */
export function inferredViaSubject(subject: Decision, table: Table): Owner | null {
  const links = table.foreignKeys.filter((fk) => fk.references.table === subject.table.name);
  const [only, ...more] = links;
  return only === undefined || more.length > 0 ? null : { by: "via", table: subject.table.name };
}

function isUnique(table: Table, columns: string[]): boolean {
  return table.indexes.some(
    (index) =>
      index.unique &&
      index.predicate === null &&
      index.columns.every((column) => column !== null && columns.includes(column)),
  );
}

/** Whether the rows are found by what the person's own row holds, at any depth. */
export function throughSubject(owner: OwnerPlan, subject: string): boolean {
  return (
    owner.by === "via" &&
    (owner.parent.name === subject || owner.arms.some((arm) => throughSubject(arm.owner, subject)))
  );
}

/** Of the subject's columns, those that must not change before the rows that point there are done. */
export function heldBack(context: PlanContext, subject: Table, operations: Operation[]): string[] {
  const links = context.catalog.referencing(subject).filter(({ table }) => table !== subject);
  const carried = links.filter(({ fk }) => fk.onUpdate === "cascade").map(({ fk }) => fk.references.columns);
  const stuck = links.filter(({ fk }) => fk.onUpdate !== "cascade").map(({ fk }) => fk.references.columns);
  const byValue = operations
    .flatMap(({ rows }) => linksToSubject(rows, subject.name))
    .filter((references) => !carried.some((each) => each.join() === references.join()));
  return [...new Set([...stuck, ...byValue].flat())].sort();
}

function linksToSubject({ owner }: OwnedRows, subject: string): string[][] {
  if (owner.by !== "via") return [];
  const above = owner.arms.flatMap((arm) => linksToSubject(arm, subject));
  return owner.parent.name === subject ? [owner.references] : above;
}
