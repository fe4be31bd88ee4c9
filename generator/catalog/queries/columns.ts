/** Reads the columns of many tables at once, what their domains and enums allow included. */
import type { Column } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  position: number;
  name: string;
  type: string;
  base_type: string;
  not_null: boolean;
  default_expression: string | null;
  generated: Column["generated"];
  identity: Column["identity"];
  max_length: number | null;
  enum_labels: string[] | null;
  domain_name: string | null;
  domain_not_null: boolean;
  domain_checks: string[] | null;
  own: string;
}

export interface ColumnsRead {
  /** Columns by table, in the order of the table. */
  columns: Map<string, Column[]>;
  /** Says whether a column of a table (its oid, the column's name) is one that Lethe has added. */
  isOwnColumn: (relation: string, column: string) => boolean;
}

export async function readColumns(tx: Reading, relations: string, isOwn: IsOwn): Promise<ColumnsRead> {
  const rows = await runQuery<Row>(tx, "columns.sql", relations);
  rows.sort((left, right) => left.position - right.position);
  const own = new Set(rows.filter((row) => isOwn(row.own)).map((row) => key(row.relation, row.name)));
  return {
    columns: groupByRelation(rows, (row) => own.has(key(row.relation, row.name)), toColumn),
    isOwnColumn: (relation, column) => own.has(key(relation, column)),
  };
}

function key(relation: string, column: string): string {
  return `${relation} ${column}`;
}

function toColumn(row: Row): Column {
  return {
    name: row.name,
    type: row.type,
    baseType: row.base_type,
    notNull: row.not_null,
    default: row.default_expression,
    generated: row.generated,
    identity: row.identity,
    maxLength: row.max_length,
    enumLabels: row.enum_labels,
    domain: row.domain_name
      ? { name: row.domain_name, notNull: row.domain_not_null, checks: row.domain_checks ?? [] }
      : null,
  };
}
