/** Small catalogs for tests that need no database: what a test doesn't name is as plain as it can be. */
import type { Column, ForeignKey, Index, Table } from "../../../generator/catalog/model.ts";

export function column(name: string, type = "text"): Column {
  return {
    name,
    type,
    baseType: type,
    notNull: false,
    default: null,
    generated: null,
    identity: null,
    maxLength: null,
    enumLabels: null,
    domain: null,
  };
}

export function table(name: string, parts: Partial<Table> = {}): Table {
  const [schema = "", ...rest] = name.split(".");
  return {
    name,
    schema,
    table: rest.join("."),
    kind: "table",
    columns: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    triggers: [],
    policies: [],
    rowSecurity: "off",
    partitionOf: null,
    partitionKey: null,
    inherits: [],
    replicaIdentity: "default",
    publications: [],
    ...parts,
  };
}

export function index(columns: (string | null)[], parts: Partial<Index> = {}): Index {
  return {
    name: "an_index",
    unique: false,
    primary: false,
    method: "btree",
    columns,
    expressions: [],
    predicate: null,
    nullsNotDistinct: false,
    deferrable: false,
    valid: true,
    ...parts,
  };
}

export function foreignKey(columns: string[], target: string, parts: Partial<ForeignKey> = {}): ForeignKey {
  return {
    name: `${columns.join("_")}_fkey`,
    columns,
    references: { table: target, columns: columns.map(() => "id") },
    onDelete: "no action",
    onDeleteColumns: null,
    onUpdate: "no action",
    deferrable: false,
    initiallyDeferred: false,
    ...parts,
  };
}
