/** Two proofs about a whole database: nobody else's rows changed, and no value of a person is left anywhere. */
import type postgres from "postgres";

export type Fingerprint = { rows: number; hash: string };

/** One hash over all rows of a table but these, in the order of their ids. */
export async function fingerprintOfOthers(
  sql: postgres.Sql,
  table: string,
  exceptIds: string[],
): Promise<Fingerprint> {
  const [found] = await sql<Fingerprint[]>`
    select count(*)::integer as rows,
           encode(sha256(convert_to(coalesce(string_agg(t::text, E'\n' order by t.id), ''), 'UTF8')), 'hex') as hash
    from ${sql(`public.${table}`)} t
    where t.id::text <> all (${exceptIds})
  `;
  if (!found) throw new Error(`no fingerprint of ${table}`);
  return found;
}

export type Search = {
  /** Tables looked through, of every schema but PostgreSQL's own. */
  tables: number;
  rows: number;
  /** How many rows hold each value. */
  hits: Map<string, number>;
};

/** Looks for values in the text of every row of every table, whatever its column, in small and capital letters. */
export async function searchEverywhere(sql: postgres.Sql, values: string[]): Promise<Search> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm')
      and n.nspname not in ('pg_catalog', 'information_schema')
    order by 1, 2
  `;
  const hits = new Map(values.map((value) => [value, 0]));
  let rows = 0;
  for (const { schema, name } of tables) {
    // JSON text, in which the value stands as JSON writes it.
    const dump = await sql<{ row: string }[]>`
      select lower(to_jsonb(t)::text) as row from ${sql(`${schema}.${name}`)} t
    `;
    rows += dump.length;
    for (const value of values) {
      const needle = JSON.stringify(value).slice(1, -1).toLowerCase();
      const found = dump.filter(({ row }) => row.includes(needle)).length;
      hits.set(value, (hits.get(value) ?? 0) + found);
    }
  }
  return { tables: tables.length, rows, hits };
}
