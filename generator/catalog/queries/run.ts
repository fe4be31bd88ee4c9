/** What the catalog queries have in common: they are files, and they read one transaction's view of pg_catalog. */
import type postgres from "postgres";
import { sqlFile } from "../sql-file.ts";

/** A transaction that `readCatalog` has opened and set up. */
export type Reading = postgres.TransactionSql;

/** One statement of `sql/catalog/`, with at most one parameter, a text. */
export async function runQuery<Row>(tx: Reading, file: string, parameter?: string): Promise<Row[]> {
  const rows: unknown = await tx.unsafe(
    sqlFile(`catalog/${file}`),
    parameter === undefined ? [] : [parameter],
  );
  return rows as Row[];
}

/** The rows of one query by the table they belong to. */
export function groupByRelation<Row extends { relation: string }, Item>(
  rows: Row[],
  isOwn: (row: Row) => boolean,
  build: (row: Row) => Item,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    if (isOwn(row)) continue;
    const group = groups.get(row.relation);
    if (group) group.push(build(row));
    else groups.set(row.relation, [build(row)]);
  }
  return groups;
}
