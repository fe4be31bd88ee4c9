/** What only some versions of PostgreSQL have, and the hidden copies of keys around partitions. */
import { beforeAll, expect, test } from "vitest";
import { indexCatalog } from "../../../generator/catalog/lookup.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");
let version: number;

beforeAll(async () => {
  const [row] = await db.sql<{ major: number }[]>`
    select current_setting('server_version_num')::integer / 10000 as major
  `;
  version = row?.major ?? 0;
});

async function read(table: string) {
  const catalog = indexCatalog(await readCatalog(db.sql));
  return catalog.table(table);
}

test("virtual generated columns", async ({ skip }) => {
  skip(version < 18, "from 18 on");
  await db.sql`create table public.v (a integer, b integer generated always as (a * 2) virtual)`;
  const table = await read("public.v");
  expect(table?.columns[1]).toMatchObject({ name: "b", generated: "virtual", default: "(a * 2)" });
});

test("constraints that aren't enforced constrain nothing", async ({ skip }) => {
  skip(version < 18, "from 18 on");
  await db.sql`create table public.p (id integer primary key)`;
  await db.sql`
    create table public.c (
      p_id integer references public.p on delete cascade not enforced,
      q_id integer references public.p on delete cascade,
      n integer check (n > 0) not enforced check (n < 9)
    )
  `;
  const table = await read("public.c");
  expect(table?.foreignKeys.map((fk) => fk.columns)).toEqual([["q_id"]]);
  expect(table?.checks.map((check) => check.expression)).toEqual(["(n < 9)"]);
});

test("a named NOT NULL is no check", async () => {
  await db.sql`create table public.n (a integer constraint a_is_known not null)`;
  const table = await read("public.n");
  expect(table?.checks).toEqual([]);
  expect(table?.columns[0]?.notNull).toBe(true);
});

test("a partitioned table that references itself has one key", async () => {
  await db.sql`
    create table public.tree (
      id integer primary key,
      parent_id integer constraint to_parent references public.tree on delete cascade
    )
    partition by range (id)
  `;
  await db.sql`create table public.tree_1 partition of public.tree for values from (0) to (100)`;
  await db.sql`create table public.tree_2 partition of public.tree for values from (100) to (200)`;
  const catalog = indexCatalog(await readCatalog(db.sql));
  for (const name of ["public.tree", "public.tree_1", "public.tree_2"]) {
    const keys = catalog.table(name)?.foreignKeys.map((fk) => `${fk.name} ${fk.references.table}`);
    expect(keys).toEqual(["to_parent public.tree"]);
    expect(catalog.referencing(name)).toHaveLength(name === "public.tree" ? 1 : 0);
  }
});

test("a partition attached with a key of its own, and one that references a single partition", async () => {
  await db.sql`create table public.target (id integer primary key) partition by range (id)`;
  await db.sql`create table public.target_1 partition of public.target for values from (0) to (100)`;
  await db.sql`create table public.into_one (id integer constraint one references public.target_1)`;
  await db.sql`
    create table public.source (id integer, target_id integer constraint src references public.target)
    partition by range (id)
  `;
  await db.sql`create table public.source_1 (id integer, target_id integer constraint src references public.target)`;
  await db.sql`alter table public.source attach partition public.source_1 for values from (0) to (100)`;
  const catalog = indexCatalog(await readCatalog(db.sql));
  const names = (name: string) => catalog.referencing(name).map((each) => each.table.name);
  expect(names("public.target")).toEqual(["public.source"]);
  expect(names("public.target_1")).toEqual(["public.into_one"]);
});

test("an index that a failed CREATE INDEX CONCURRENTLY left is not valid", async () => {
  await db.sql`create table public.twice (a integer)`;
  await db.sql`insert into public.twice values (1), (1)`;
  await expect(db.sql`create unique index concurrently twice_a on public.twice (a)`).rejects.toThrow();
  const table = await read("public.twice");
  expect(table?.indexes).toMatchObject([{ name: "twice_a", valid: false }]);
});
