/**
 * The order in which tables are erased: rows that point at others before the rows they point at.
 * One order for every strategy, so that two workers take the tables' locks in the same order.
 */
import type { ForeignKey } from "../catalog/model.ts";
import type { PlanContext } from "./context.ts";
import { report } from "./context.ts";
import type { Operation, OwnerPlan, TableRef } from "./model.ts";

/** Tables that any operation touches, children before parents. */
export function orderTables(context: PlanContext, operations: Operation[], subject: string): TableRef[] {
  const tables = new Map(operations.map((operation) => [operation.table.name, operation.table]));
  const names = [...tables.keys()].sort();
  const edges = (held: Held) =>
    new Map(names.map((name) => [name, parentsOf(context, name, tables, operations, subject, held)]));
  const [all, firm, owning] = [edges("all"), edges("firm"), edges("owning")];
  const ordered: TableRef[] = [];
  const remaining = new Set(names);
  while (remaining.size > 0) {
    // A table may go once no other remaining table points at it.
    const ready = unreferenced(remaining, all);
    // In a circle, references that give way by themselves need no order.
    if (ready.length === 0) ready.push(...unreferenced(remaining, firm).slice(0, 1));
    if (ready.length === 0) {
      reportCycle(context, operations, [...remaining]);
      // Owners never go round: rows that are found through others go first, even where nothing is deleted.
      ready.push(...unreferenced(remaining, owning).slice(0, 1));
    }
    for (const name of ready) {
      ordered.push(tables.get(name) as TableRef);
      remaining.delete(name);
    }
  }
  return ordered;
}

function unreferenced(remaining: Set<string>, parents: Map<string, Set<string>>): string[] {
  const pointedAt = new Set([...remaining].flatMap((name) => [...(parents.get(name) ?? [])]));
  return [...remaining].filter((name) => !pointedAt.has(name));
}

/** A foreign key that lets the row it points at go first. */
function givesWay(fk: ForeignKey): boolean {
  return fk.onDelete === "set null" || fk.onDelete === "set default" || fk.initiallyDeferred;
}

/** Which edges count: every one, those of foreign keys that give way left out, or those of owners alone. */
type Held = "all" | "firm" | "owning";

/** Tables whose rows must outlive this one's statements: foreign keys lead there, or an owner goes via them. */
function parentsOf(
  context: PlanContext,
  name: string,
  tables: Map<string, TableRef>,
  operations: Operation[],
  subject: string,
  held: Held,
): Set<string> {
  const parents = new Set<string>();
  const own = operations.filter((operation) => operation.table.name === name);
  // A reference that is set to null first holds nothing back: that is how a declared detach breaks a cycle.
  const detached = new Set(own.flatMap((operation) => operation.detach));
  for (const fk of context.catalog.table(name)?.foreignKeys ?? []) {
    if (held === "owning" || fk.columns.some((column) => detached.has(column))) continue;
    if (held === "firm" && givesWay(fk)) continue;
    parents.add(fk.references.table);
  }
  for (const operation of own) for (const via of tablesVia(operation.rows.owner)) parents.add(via);
  parents.delete(name);
  parents.delete(subject);
  for (const parent of parents) if (!tables.has(parent)) parents.delete(parent);
  return parents;
}

/** Every table on the way to the person, by whichever of a parent's rules. */
function tablesVia(owner: OwnerPlan): string[] {
  if (owner.by !== "via") return [];
  return [owner.parent.name, ...owner.arms.flatMap((arm) => tablesVia(arm.owner))];
}

function reportCycle(context: PlanContext, operations: Operation[], names: string[]): void {
  const deleting = operations.find(
    (operation) => operation.action === "delete" && names.includes(operation.table.name),
  );
  // Rows that stay can point at each other as they like; only deletes need an order.
  if (deleting === undefined) return;
  report(context, {
    code: "L026",
    subject: names.sort().join(", "),
    message: "the foreign keys of these tables go round in a circle, so none can be deleted first",
    remedy:
      'break it with rows: "detach" on a nullable reference, or alter one foreign key: on delete set null',
    path: deleting.path,
  });
}

/** Within a table the stronger goes first: delete, then transform, then hand over and detach. */
export const STRENGTH: Record<Operation["action"], number> = {
  delete: 0,
  transform: 1,
  reassign: 2,
  detach: 3,
};

export function sortOperations(operations: Operation[], order: TableRef[]): Operation[] {
  const place = new Map(order.map((table, index) => [table.name, index]));
  return [...operations].sort(
    (a, b) =>
      (place.get(a.table.name) ?? 0) - (place.get(b.table.name) ?? 0) ||
      STRENGTH[a.action] - STRENGTH[b.action],
  );
}

/** Where a rule deletes all of an owner's rows, another for the same owner has nothing left to do. */
export function withoutSuperfluous(operations: Operation[]): Operation[] {
  const sameRows = (a: Operation, b: Operation) =>
    a.table.name === b.table.name && JSON.stringify(a.rows.owner) === JSON.stringify(b.rows.owner);
  const deletesAll = operations.filter(
    (operation) =>
      operation.action === "delete" && operation.rows.where === null && operation.rows.option === null,
  );
  return operations.filter((operation) => {
    const first = deletesAll.find((each) => sameRows(each, operation));
    return first === undefined || first === operation;
  });
}
