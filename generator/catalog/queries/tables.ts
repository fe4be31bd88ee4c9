/** Reads the tables themselves: kind, partitions and parents, row security, replication. */
import type { Table } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import { type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  schema: string;
  name: string;
  kind: Table["kind"];
  row_security: Table["rowSecurity"];
  parents: string[] | null;
  partition_key: string | null;
  replica_identity: Table["replicaIdentity"];
  publications: string[] | null;
  own_row_security: string;
}

/** A table with its oid and nothing in it yet. */
export interface BareTable {
  relation: string;
  table: Table;
}

export async function readTables(tx: Reading, letheSchema: string, isOwn: IsOwn): Promise<BareTable[]> {
  const rows = await runQuery<Row>(tx, "tables.sql", letheSchema);
  return rows.map((row) => ({ relation: row.relation, table: toTable(row, isOwn) }));
}

function toTable(row: Row, isOwn: IsOwn): Table {
  const parents = row.parents ?? [];
  const isPartition = row.kind === "partition";
  return {
    name: `${row.schema}.${row.name}`,
    schema: row.schema,
    table: row.name,
    kind: row.kind,
    columns: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    triggers: [],
    policies: [],
    rowSecurity: isOwn(row.own_row_security) ? "off" : row.row_security,
    partitionOf: isPartition ? (parents[0] ?? null) : null,
    partitionKey: row.partition_key,
    inherits: isPartition ? [] : parents,
    replicaIdentity: row.replica_identity,
    publications: row.publications ?? [],
  };
}
