/**
 * What the planner asks a catalog, indexed once. Pure; names are those of the snapshot, `schema.table`.
 */
import type { Catalog, Column, ForeignKey, Index, Table, View } from "./model.ts";

/** A foreign key and the table that has it. */
export interface Reference {
  table: Table;
  fk: ForeignKey;
}

/** A table by its name in the snapshot, or the table itself. */
export type TableRef = string | Table;

export interface CatalogIndex {
  /** All tables, in the order of the snapshot. */
  tables: readonly Table[];
  views: readonly View[];
  table(name: string): Table | undefined;
  column(table: TableRef, column: string): Column | undefined;
  /** Foreign keys that point at a table; what a partition merely inherits is left out. */
  referencing(table: TableRef): Reference[];
  /** The columns of the primary key, in its order; null where there is none. */
  primaryKey(table: TableRef): string[] | null;
  /** Whether an index finds the rows by these columns; see `supportsLookup`. */
  hasIndexOn(table: TableRef, columns: readonly string[]): boolean;
  /**
   * The tables that a key of the annotation may mean, best first: `schema.table` as it stands, then along the
   * search path. Empty where there is none.
   */
  resolveName(name: string, searchPath?: readonly string[]): Table[];
}

export function indexCatalog(catalog: Catalog): CatalogIndex {
  const byName = new Map(catalog.tables.map((table) => [table.name, table]));
  const columns = new Map<Table, Map<string, Column>>();
  const references = new Map<string, Reference[]>();
  for (const table of catalog.tables) {
    columns.set(table, new Map(table.columns.map((column) => [column.name, column])));
    for (const fk of table.foreignKeys) {
      if (isInherited(table, fk)) continue;
      const known = references.get(fk.references.table);
      if (known) known.push({ table, fk });
      else references.set(fk.references.table, [{ table, fk }]);
    }
  }

  function get(ref: TableRef): Table | undefined {
    return typeof ref === "string" ? byName.get(ref) : ref;
  }

  /** A partition has a copy of every foreign key of the table it is part of. */
  function isInherited(table: Table, fk: ForeignKey): boolean {
    const parent = table.partitionOf === null ? undefined : byName.get(table.partitionOf);
    return parent?.foreignKeys.some((other) => sameReference(other, fk)) ?? false;
  }

  return {
    tables: catalog.tables,
    views: catalog.views,
    table: (name) => byName.get(name),
    column(ref, name) {
      const table = get(ref);
      return table && columns.get(table)?.get(name);
    },
    referencing(ref) {
      return references.get(typeof ref === "string" ? ref : ref.name) ?? [];
    },
    primaryKey(ref) {
      const index = get(ref)?.indexes.find((each) => each.primary);
      return index ? keyColumns(index) : null;
    },
    hasIndexOn(ref, wanted) {
      return get(ref)?.indexes.some((index) => supportsLookup(index, wanted)) ?? false;
    },
    resolveName(name, searchPath = ["public"]) {
      const names = [name, ...searchPath.map((schema) => `${schema}.${name}`)];
      const found = names.map((each) => byName.get(each)).filter((table) => table !== undefined);
      return [...new Set(found)];
    },
  };
}

/**
 * Whether an index finds the rows whose `columns` equal given values: valid, btree or hash, led by exactly these
 * columns in any order, and partial only by `column is not null` on one of them.
 */
export function supportsLookup(index: Index, columns: readonly string[]): boolean {
  if (!index.valid || columns.length === 0) return false;
  if (index.method !== "btree" && index.method !== "hash") return false;
  const leading = new Set(index.columns.slice(0, columns.length));
  if (leading.size !== columns.length || !columns.every((column) => leading.has(column))) return false;
  if (index.predicate === null) return true;
  const known = notNullColumn(index.predicate);
  return known !== null && columns.includes(known);
}

/** Whether an index proves that no two rows hold the same value in the column. */
export function isUniqueBy(table: Table, column: string): boolean {
  return table.indexes.some(
    (index) =>
      index.unique &&
      index.valid &&
      index.predicate === null &&
      index.columns.length === 1 &&
      index.columns[0] === column,
  );
}

/** The column in a predicate that is nothing but `(column IS NOT NULL)`. */
function notNullColumn(predicate: string): string | null {
  const match = /^\((?:([a-z_][\w$]*)|"((?:[^"]|"")+)") IS NOT NULL\)$/u.exec(predicate);
  if (!match) return null;
  return match[1] ?? match[2]?.replaceAll('""', '"') ?? null;
}

function keyColumns(index: Index): string[] {
  return index.columns.filter((column) => column !== null);
}

function sameReference(left: ForeignKey, right: ForeignKey): boolean {
  return (
    left.references.table === right.references.table &&
    sameList(left.columns, right.columns) &&
    sameList(left.references.columns, right.references.columns)
  );
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}
