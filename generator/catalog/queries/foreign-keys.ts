/** Reads the foreign keys of many tables at once. */
import type { ForeignKey } from "../model.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

type Action = ForeignKey["onDelete"];

interface Row {
  relation: string;
  name: string;
  columns: string[];
  target: string;
  target_columns: string[];
  on_delete: string;
  on_delete_columns: string[] | null;
  on_update: string;
  is_deferrable: boolean;
  initially_deferred: boolean;
}

export async function readForeignKeys(tx: Reading, relations: string): Promise<Map<string, ForeignKey[]>> {
  const rows = await runQuery<Row>(tx, "foreign_keys.sql", relations);
  return groupByRelation(rows, () => false, toForeignKey);
}

function toForeignKey(row: Row): ForeignKey {
  return {
    name: row.name,
    columns: row.columns,
    references: { table: row.target, columns: row.target_columns },
    onDelete: toAction(row.on_delete),
    onDeleteColumns: row.on_delete_columns,
    onUpdate: toAction(row.on_update),
    deferrable: row.is_deferrable,
    initiallyDeferred: row.initially_deferred,
  };
}

/** pg_constraint.confdeltype and confupdtype: one letter each. */
function toAction(letter: string): Action {
  switch (letter) {
    case "a":
      return "no action";
    case "r":
      return "restrict";
    case "c":
      return "cascade";
    case "n":
      return "set null";
    case "d":
      return "set default";
    default:
      throw new Error(`unknown foreign key action ${letter}`);
  }
}
