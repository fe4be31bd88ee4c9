/** Reads the indexes of many tables at once, those behind keys and unique constraints included. */
import type { Index } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import type { ColumnsRead } from "./columns.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  name: string;
  is_unique: boolean;
  is_primary: boolean;
  method: string;
  columns: (string | null)[];
  expressions: string[] | null;
  predicate: string | null;
  nulls_not_distinct: boolean;
  is_deferrable: boolean;
  valid: boolean;
  own: string;
}

/**
 * An index keyed on a column that Lethe added is left out, since the column is. One that names such a column in
 * its predicate only stays: a unique index where the mark is null still forbids what it forbids.
 */
export async function readIndexes(
  tx: Reading,
  relations: string,
  isOwn: IsOwn,
  isOwnColumn: ColumnsRead["isOwnColumn"],
): Promise<Map<string, Index[]>> {
  const rows = await runQuery<Row>(tx, "indexes.sql", relations);
  return groupByRelation(
    rows,
    (row) =>
      isOwn(row.own) || row.columns.some((column) => column !== null && isOwnColumn(row.relation, column)),
    toIndex,
  );
}

function toIndex(row: Row): Index {
  return {
    name: row.name,
    unique: row.is_unique,
    primary: row.is_primary,
    method: row.method,
    columns: row.columns,
    expressions: row.expressions ?? [],
    predicate: row.predicate,
    nullsNotDistinct: row.nulls_not_distinct,
    deferrable: row.is_deferrable,
    valid: row.valid,
  };
}
