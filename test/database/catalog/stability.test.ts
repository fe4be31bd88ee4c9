/** The snapshot says what the schema is, not how it came to be: oids and the order of creation don't show. */
import { beforeEach, expect, test } from "vitest";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");

const tables = [
  "create table app.users (id integer primary key, name text, email varchar(50))",
  "create table app.posts (id integer primary key, author integer, editor integer)",
  "create table app.a (id integer primary key)",
  'create table app."B" (id integer primary key)',
  'create table app."é" (id integer primary key)',
  "create table app._z (id integer primary key)",
];
/** Independent of each other, so any order will do. */
const objects = [
  "create index users_name on app.users (name)",
  'create unique index "Users_email" on app.users (email)',
  "alter table app.users add constraint z_check check (name <> '')",
  "alter table app.users add constraint a_check check (email <> '')",
  "alter table app.posts add constraint author foreign key (author) references app.users",
  "alter table app.posts add constraint editor foreign key (editor) references app.users on delete set null",
  "create trigger two after insert on app.users for each row execute function app.f()",
  "create trigger one after delete on app.users for each row execute function app.f()",
  "create policy p2 on app.users to pg_monitor, pg_read_all_data using (true)",
  'create policy "P1" on app.users for delete using (false)',
  "create view app.v2 as select p.id from app.posts p join app.users u on u.id = p.author",
  "create view app.v1 as select id from app.users",
  "create publication pub_b for table app.users, app.a",
  "create publication pub_a for table app.users",
];

beforeEach(async () => {
  await db.sql`drop publication if exists pub_a, pub_b`;
  await db.sql`drop schema if exists app cascade`;
  await db.sql`create schema app`;
  await db.sql`create function app.f() returns trigger language plpgsql as 'begin return new; end'`;
});

async function build(order: <Item>(items: Item[]) => Item[]): Promise<string> {
  for (const statement of [...order(tables), ...order(objects)]) await db.sql.unsafe(statement);
  return serializeCatalog(await readCatalog(db.sql));
}

let first: string;

test("a second read gives the same bytes", async () => {
  first = await build((items) => items);
  expect(serializeCatalog(await readCatalog(db.sql))).toBe(first);
  expect(first.match(/"name": "app\.[^"]+",$/gm)).toEqual([
    '"name": "app.B",',
    '"name": "app._z",',
    '"name": "app.a",',
    '"name": "app.posts",',
    '"name": "app.users",',
    '"name": "app.é",',
  ]);
});

test("created in the reverse order, it is the same", async () => {
  expect(await build((items) => items.toReversed())).toBe(first);
});

test("a change of the schema shows, in one line", async () => {
  await build((items) => items);
  await db.sql`alter table app.users alter column email type varchar(60)`;
  const changed = serializeCatalog(await readCatalog(db.sql)).split("\n");
  const lines = first.split("\n");
  expect(changed).toHaveLength(lines.length);
  const different = changed.filter((line, at) => line !== lines[at]);
  expect(different).toHaveLength(1);
  expect(different[0]).toContain('"type": "character varying(60)"');
});

test("a trigger function with another body is another trigger", async () => {
  const before = await build((items) => items);
  await db.sql`create or replace function app.f() returns trigger language plpgsql as 'begin return old; end'`;
  const after = serializeCatalog(await readCatalog(db.sql));
  const differing = after.split("\n").filter((line, at) => line !== before.split("\n")[at]);
  expect(differing).toHaveLength(2);
  expect(differing[0]).toContain('"functionHash"');
});
