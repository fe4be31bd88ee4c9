/** 500 tables with 3,000 columns, as DESIGN.md wants it bearable: the reader sends no statement per table. */
import postgres from "postgres";
import { beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");

beforeAll(async () => {
  await db.sql`create domain public.short_text as varchar(20) check (value <> '')`;
  await db.sql`
    create function public.touch() returns trigger language plpgsql as 'begin return new; end'
  `;
  for (let from = 0; from < 500; from += 50) {
    const statements = Array.from({ length: 50 }, (_, at) => tableStatements(from + at));
    await db.sql.unsafe(statements.join("\n"));
  }
});

function tableStatements(at: number): string {
  return `
    create table t${at} (
      id integer primary key,
      parent_id integer references t${Math.max(at - 1, 0)} on delete cascade,
      email short_text,
      name text default 'x',
      amount numeric(10, 2) check (amount > 0),
      created_at timestamptz not null default now()
    );
    create index on t${at} (parent_id);
    create unique index on t${at} (lower(email)) where name is not null;
    create trigger touch before update on t${at} for each row execute function touch();
  `;
}

test("500 tables are read in a moment", async () => {
  let statements = 0;
  const counted = postgres(db.url, { max: 10, onnotice: () => {}, debug: () => statements++ });
  const start = performance.now();
  const catalog = await readCatalog(counted);
  const milliseconds = performance.now() - start;
  await counted.end();
  console.info(`500 tables, 3,000 columns: ${Math.round(milliseconds)} ms`);
  expect(catalog.tables).toHaveLength(500);
  expect(catalog.tables.flatMap((table) => table.columns)).toHaveLength(3000);
  expect(catalog.tables.flatMap((table) => table.indexes)).toHaveLength(1500);
  expect(statements).toBeGreaterThan(5);
  expect(statements).toBeLessThan(50);
  // Far above what it takes, so that a busy machine doesn't fail it.
  expect(milliseconds).toBeLessThan(30_000);
});
