/** What happens to a table whose rows are the people themselves: the subject's own, and each of its parts. */
import type { Table } from "../catalog/model.ts";
import { changesOf, type DecidedColumn } from "./columns.ts";
import { ref } from "./context.ts";
import type { ColumnChange, OwnedRows, PersonTable } from "./model.ts";

export function personTable(table: Table, rows: OwnedRows, decided: DecidedColumn[]): PersonTable {
  const written = decided.flatMap((each) =>
    each.change === null || isGenerated(table, each.column) ? [] : [each.change],
  );
  return {
    table: ref(table),
    rows,
    changes: {
      anonymize: changesOf(decided),
      soft_delete: changesOf(decided.filter(clearedBySoftDelete)),
    },
    heldBack: [],
    atSchedule: changesOf(decided.filter((each) => optionsOf(each)?.at === "schedule")),
    preserve: changesOf(decided.filter(isPreserved)).map(typed),
    frozen: written
      .filter((change) => change.personal || change.secret)
      .map((change) => ({ ...typed(change), baseType: change.baseType })),
    emailColumns: changesOf(decided)
      .filter((change) => change.transform.action === "email")
      .map((change) => change.column),
  };
}

export function clearedBySoftDelete(decided: DecidedColumn): boolean {
  const options = optionsOf(decided);
  return (
    options !== undefined &&
    (options.secret === true || options.mfa === true || options.onSoftDelete === true)
  );
}

export function optionsOf(decided: DecidedColumn) {
  return decided.rule.action === "keep" || decided.rule.action === "todo" ? undefined : decided.rule;
}

export function isPreserved(decided: DecidedColumn): boolean {
  const options = optionsOf(decided);
  return (
    options !== undefined &&
    (options.action === "email" || (options.at === "schedule" && options.restore === true))
  );
}

function isGenerated(table: Table, column: string): boolean {
  return table.columns.find((each) => each.name === column)?.generated !== null;
}

function typed(change: ColumnChange) {
  return { column: change.column, type: change.type };
}
