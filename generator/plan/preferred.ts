/**
 * Two rules may change one column of one row differently. What leaves less of it has its way, between equals the later
 * rule; the other passes over such rows, so that neither undoes the other's work, nor is taken for having failed.
 */
import type { Transform } from "../annotation/model.ts";
import type { ColumnChange, Operation } from "./model.ts";
import { STRENGTH } from "./order.ts";
import { isOrphaned } from "./referenced-by.ts";

/** Nothing left, a value that is nobody's, a part of the value. */
const LEAVES: Record<Transform["action"], number> = {
  null: 0,
  email: 1,
  literal: 1,
  template: 1,
  empty_array: 1,
  truncate: 2,
  json_remove: 2,
  json_set: 2,
  remove_element: 2,
  hash: 2,
  sql: 2,
};

/** Operations of one strategy, in their order. */
export function withPreferred(operations: Operation[]): Operation[] {
  return operations.map((operation) => ({
    ...operation,
    changes: operation.changes.map((change) => ({
      ...change,
      yieldsTo: operations
        .filter((other) => other !== operation && other.table.name === operation.table.name)
        .flatMap((other) => other.changes.map((theirs) => ({ other, theirs })))
        .filter(({ theirs }) => theirs.column === change.column && differ(change, theirs))
        .filter(({ other, theirs }) => isPreferred(operations, operation, change, other, theirs))
        .map(({ other, theirs }) => ({ rows: other.rows, unless: theirs.unless })),
    })),
  }));
}

/** Not by the key of whose row it is: columns that name the person can't be two people's (L029). */
function differ(left: ColumnChange, right: ColumnChange): boolean {
  const text = ({ transform, unless }: ColumnChange) => JSON.stringify([transform, unless]);
  return text(left) !== text(right);
}

function isPreferred(
  operations: Operation[],
  mine: Operation,
  change: ColumnChange,
  other: Operation,
  theirs: ColumnChange,
): boolean {
  const rank = (operation: Operation, { transform }: ColumnChange) => [
    // Rows that are detached aren't found any more afterwards; what may be orphaned is known last, and changes last.
    isOrphaned(operation.rows) ? STRENGTH.transform + 0.5 : STRENGTH[operation.action],
    LEAVES[transform.action],
    -operations.indexOf(operation),
  ];
  const [own, others] = [rank(mine, change), rank(other, theirs)];
  const at = own.findIndex((each, place) => each !== others[place]);
  return at !== -1 && (others[at] ?? 0) < (own[at] ?? 0);
}
