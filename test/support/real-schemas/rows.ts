/**
 * Every row of every table, whatever the schema: what an erasure must not leave behind, and what it must not touch,
 * is only seen by whoever looks everywhere.
 */
import type postgres from "postgres";

/** Table (schema.table) → key as text → the row as text. */
export type Rows = Map<string, Map<string, string>>;

/** All rows of all tables, Lethe's own included only if asked for. */
export async function allRows(
  sql: postgres.Sql,
  include: { lethe: boolean } = { lethe: false },
): Promise<Rows> {
  const tables = await sql<{ table: string; key: string[]; name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as table, n.nspname || '.' || c.relname as name,
      array(
        select quote_ident(a.attname)
        from pg_index i
        cross join unnest(i.indkey) k (attnum)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary
      ) as key
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r'
      and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg_toast%'
      and (${include.lethe} or n.nspname <> 'lethe')
    order by 1
  `;
  const all: Rows = new Map();
  for (const { table, name, key } of tables) {
    const by = key.length === 0 ? "t" : `(${key.map((each) => `t.${each}`).join(", ")})`;
    // Text of the whole row: a byte more or less anywhere is another text.
    const rows = await sql.unsafe<{ key: string; row: string }[]>(
      `select ${by}::text as key, t::text as row from ${table} t`,
    );
    all.set(name, new Map(rows.map((each) => [each.key, each.row])));
  }
  return all;
}

/** What became of the rows of a table between two looks. */
export type Change = { deleted: number; changed: number; added: number };

/** Tables in which something differs. */
export function changesBetween(before: Rows, after: Rows): Record<string, Change> {
  const changes: Record<string, Change> = {};
  for (const [name, rows] of before) {
    const now = after.get(name) ?? new Map<string, string>();
    const deleted = [...rows.keys()].filter((key) => !now.has(key)).length;
    const changed = [...rows].filter(([key, row]) => now.has(key) && now.get(key) !== row).length;
    const added = [...now.keys()].filter((key) => !rows.has(key)).length;
    if (deleted + changed + added > 0) changes[name] = { deleted, changed, added };
  }
  return changes;
}

/** The rows in which none of these values stands, as one text a row: other people's, to be compared byte by byte. */
export function rowsWithout(rows: Rows, values: string[]): string[] {
  return lines(rows).filter((line) => !values.some((value) => line.includes(value)));
}

/** The rows in which one of these values stands. */
export function rowsWith(rows: Rows, values: string[]): string[] {
  return lines(rows).filter((line) => values.some((value) => line.includes(value)));
}

function lines(rows: Rows): string[] {
  return [...rows].flatMap(([name, each]) => [...each.values()].map((row) => `${name}: ${row}`)).sort();
}

/** What `explain_deletion` foretells, in the shape of `changesBetween`, the subject's own row left out. */
export async function foretold(
  sql: postgres.Sql,
  person: string,
  strategy: string,
): Promise<Record<string, Change>> {
  const rows = await sql<{ table_name: string; action: string; rows: number }[]>`
    select table_name, action, rows::integer as rows
    from lethe.explain_deletion(${person}, ${strategy})
    where rows > 0
  `;
  const changes: Record<string, Change> = {};
  for (const { table_name, action, rows: count } of rows) {
    changes[table_name] ??= { deleted: 0, changed: 0, added: 0 };
    const change = changes[table_name];
    if (action === "delete") change.deleted += count;
    else change.changed += count;
  }
  return changes;
}
