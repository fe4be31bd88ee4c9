/**
 * Puts a row into every table that leads to a person, whatever the schema: what the catalog says of columns and
 * foreign keys is enough to make one up.
 */
import type postgres from "postgres";
import type { Catalog, Column, Table } from "../../../generator/catalog/model.ts";
import { qualified } from "../../../generator/quote.ts";

type Row = Record<string, string | null>;
/** What a made-up row can't guess: a discriminator, a reference without a foreign key. By the table's bare name. */
export type Hints = Record<string, Row>;

export interface Filling {
  /** Rows made so far, by table. */
  rows: Map<string, Row>;
  hints: Hints;
  /** Stands in every text, jsonb and bytea that is made up, in no key. */
  marker: string;
  /** Keys begin with it; as short as the narrowest key. */
  key: string;
}

/** Tables whose foreign keys lead to the subject, directly or over others, parents first. */
export function reachable(catalog: Catalog, subject: string): string[] {
  const found = [subject];
  for (const parent of found)
    for (const table of catalog.tables)
      if (!found.includes(table.name) && table.foreignKeys.some((fk) => fk.references.table === parent))
        found.push(table.name);
  return found;
}

/** Inserts a row into each of these tables, and first into those that their foreign keys ask for. */
export async function fill(
  sql: postgres.Sql,
  catalog: Catalog,
  names: string[],
  filling: Filling,
): Promise<void> {
  for (const name of names) {
    const table = catalog.tables.find((each) => each.name === name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    if (filling.rows.has(name)) continue;
    const parents = table.foreignKeys.map((fk) => fk.references.table).filter((each) => each !== name);
    await fill(sql, catalog, parents, filling);
    filling.rows.set(name, await insert(sql, table, filling));
  }
}

async function insert(sql: postgres.Sql, table: Table, filling: Filling): Promise<Row> {
  const row: Row = {};
  for (const column of table.columns) {
    if (column.generated !== null || column.identity !== null) continue;
    const value = chosen(table, column, filling);
    if (value !== undefined) row[column.name] = value;
  }
  const columns = Object.keys(row);
  const types = columns.map((name) => table.columns.find((each) => each.name === name)?.type ?? "text");
  const [made] = await sql.unsafe<Row[]>(
    `insert into ${qualified(table.schema, table.table)} (${columns.map((each) => `"${each}"`).join(", ")})
     values (${types.map((type, n) => `$${n + 1}::text::${type}`).join(", ")})
     returning ${table.columns.map((each) => `"${each.name}"::text`).join(", ")}`,
    Object.values(row),
  );
  if (made === undefined) throw new Error(`${table.name}: the row was swallowed`);
  return made;
}

function chosen(table: Table, column: Column, { rows, hints, marker, key }: Filling) {
  const hint = hints[table.table]?.[column.name];
  if (hint !== undefined) return hint;
  for (const fk of table.foreignKeys) {
    const place = fk.columns.indexOf(column.name);
    const parent = rows.get(fk.references.table);
    if (place >= 0 && parent !== undefined) return parent[fk.references.columns[place] as string];
  }
  const isKey = table.indexes.some((index) => index.primary && index.columns.includes(column.name));
  return isKey && !isTime(column) ? key : madeUp(column, marker);
}

function isTime(column: Column): boolean {
  return /^(date|time)/.test(column.baseType);
}

function madeUp(column: Column, marker: string): string | null | undefined {
  if (column.enumLabels !== null) return column.enumLabels[0] ?? null;
  if (isTime(column)) return "2026-01-02";
  const text = `${marker}-${column.name}`.slice(0, column.maxLength ?? undefined);
  switch (column.baseType) {
    case "text":
    case "character varying":
      return text;
    case "json":
    case "jsonb":
      return JSON.stringify({ made: text });
    case "bytea":
      return `\\x${Buffer.from(text).toString("hex")}`;
    case "boolean":
      return "false";
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
      return "7";
    default:
      // Nothing is known of the type: its default, or NULL.
      return column.notNull ? undefined : null;
  }
}
