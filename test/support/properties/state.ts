/** The rows of every table of a case, as JSON: what the interpreter works on and what the database is compared with. */
import type postgres from "postgres";
import { ident } from "../../../generator/quote.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Row = Record<string, Json>;
/** By the table's name, `schema.table`. */
export type State = Map<string, Row[]>;

const MARKS = ["deleted_at", "scheduled_deletion_at"];

export async function readState(sql: postgres.Sql, tables: string[]): Promise<State> {
  const selects = tables.map(
    (name, index) => `select ${index} as place, to_jsonb(the_row) as row from ${quoted(name)} the_row`,
  );
  const rows = await sql.unsafe<{ place: number; row: Row }[]>(selects.join(" union all "));
  const state: State = new Map(tables.map((name) => [name, []]));
  for (const { place, row } of rows) {
    for (const mark of MARKS) delete row[mark];
    state.get(tables[place] as string)?.push(row);
  }
  return state;
}

/** Names with dots aren't drawn. */
export function quoted(name: string): string {
  return name.split(".").map(ident).join(".");
}

/** Comparable text: rows in an order of their own, hashes alike. */
export function portrait(state: State): Record<string, string[]> {
  return Object.fromEntries([...state].map(([name, rows]) => [name, rows.map(rowText).sort()]));
}

/** The same text for equal values, in whatever order their keys stand. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: Json) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function rowText(row: Row): string {
  return canonical(row).replace(/lethe:[0-9a-f]{64}/gi, "lethe:#");
}

/** Texts that were written for one person and one column, wherever they stand. */
export function markersIn(value: Json | undefined): string[] {
  return (
    JSON.stringify(value ?? null)
      .toLowerCase()
      .match(/mk\d+[xy]/g) ?? []
  );
}

/** Everything that Lethe's own tables hold, as one text. */
export async function ownTables(sql: postgres.Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'lethe'
  `;
  const texts = await sql.unsafe<{ text: string | null }[]>(
    tables.map(({ name }) => `select string_agg(t::text, ' ') as text from ${name} t`).join(" union all "),
  );
  return texts
    .map(({ text }) => text ?? "")
    .join("\n")
    .toLowerCase();
}
