/** Reads the CHECK constraints of many tables at once. */
import type { Check } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import type { ColumnsRead } from "./columns.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  name: string;
  expression: string;
  columns: string[] | null;
  own: string;
}

/** A check that mentions a column which Lethe added is left out, since the column is. */
export async function readChecks(
  tx: Reading,
  relations: string,
  isOwn: IsOwn,
  isOwnColumn: ColumnsRead["isOwnColumn"],
): Promise<Map<string, Check[]>> {
  const rows = await runQuery<Row>(tx, "checks.sql", relations);
  return groupByRelation(
    rows,
    (row) => isOwn(row.own) || (row.columns ?? []).some((column) => isOwnColumn(row.relation, column)),
    (row) => ({ name: row.name, expression: row.expression, columns: row.columns ?? [] }),
  );
}
