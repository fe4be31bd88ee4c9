/** A dry run says beforehand what the execution then does, table by table. */
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");

beforeAll(async () => {
  await seed(db.sql, { users: 24 });
  await despiteDrift(db.sql);
  // Counts every row that a statement touches, by table and kind, as the server sees it.
  await db.sql.unsafe(`
    create table public.touched (table_name text, kind text, rows bigint);
    create function public.tally() returns trigger language plpgsql security definer as $$
    begin
      insert into public.touched
      select format('%I.%I', tg_table_schema, tg_table_name), tg_op, count(*) from old_rows having count(*) > 0;
      return null;
    end $$;
  `);
  const tables = await db.sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'touched'
  `;
  for (const { name } of tables)
    for (const kind of ["update", "delete"])
      await db.sql.unsafe(
        `create trigger tally_${kind} after ${kind} on public.${name}
         referencing old table as old_rows for each statement execute function public.tally()`,
      );
});

type Row = { table_name: string; kind: string; rows: number };

test.each([
  [1, "anonymize", {}],
  [4, "anonymize", { delete_content: true }],
  [7, "hard_delete", {}],
  [10, "hard_delete", { delete_content: true }],
  [13, "soft_delete", {}],
])("person %i, %s %o", async (n, strategy, options) => {
  const person = userId(n);
  await schedule(db.sql, person, { strategy, options });
  const explained = await db.sql<Row[]>`
    select table_name, case action when 'delete' then 'DELETE' else 'UPDATE' end as kind, sum(rows)::integer as rows
    from lethe.explain_deletion(${person})
    where rows > 0
    group by 1, 2 order by 1, 2
  `;
  await db.sql`truncate touched`;
  await db.sql`select lethe.execute_deletion(${person}, true)`;
  const happened = await db.sql<Row[]>`
    select table_name, kind, sum(rows)::integer as rows from touched group by 1, 2 order by 1, 2
  `;
  expect(explained).toEqual(happened);
  if (strategy !== "soft_delete") expect(explained.length).toBeGreaterThan(8);
});

test("asking changes nothing, and every line has a reason", async () => {
  await db.sql`truncate touched`;
  const lines = await db.sql`select * from lethe.explain_deletion(${userId(2)}, 'hard_delete')`;
  expect(lines.every((line) => String(line.reason).length > 3)).toBe(true);
  expect(await db.sql`select from touched`).toHaveLength(0);
  expect(await db.sql`select from lethe.deletion_request where subject_id = ${userId(2)}`).toHaveLength(0);
});
