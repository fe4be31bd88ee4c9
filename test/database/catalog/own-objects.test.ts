/** What Lethe has recorded as its own is no part of the snapshot; everything else is, however it is called. */
import { beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { UsageError } from "../../../generator/errors.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");

const application = `
  create schema "Shop";
  create function public.guard() returns trigger language plpgsql as $$ begin return new; end $$;
  create table public.users (id integer primary key, email text unique, name text, "order" integer);
  create index users_order on public.users ("order");
  create table "Shop"."User" (id integer primary key references public.users, "e-Mail" text);
  create policy team on "Shop"."User" using (true);
  create view public.everyone as select id from public.users;
`;

const lethe = `
  alter table public.users add column deleted_at timestamptz, add column "select" timestamptz;
  alter table "Shop"."User" add column "Deleted At" timestamptz;
  create index users_lethe_hidden on public.users (id) where deleted_at is not null;
  create index "Lethe Index" on "Shop"."User" ("Deleted At");
  alter table public.users add constraint lethe_placeholder check (email !~ '@deleted.invalid$');
  create trigger lethe_guard before insert on "Shop"."User" for each row execute function public.guard();
  create policy lethe_hide on public.users as restrictive using (deleted_at is null);
  create policy "Lethe hide" on "Shop"."User" as restrictive using ("Deleted At" is null);
  alter table public.users enable row level security;
  alter table public.users force row level security;
  create view public.active_users with (security_invoker = true) as
    select id from public.users where deleted_at is null;
  create schema lethe;
  create table lethe.object (name text primary key, definition_hash text);
  insert into lethe.object (name) values
    ('column deleted_at of public.users'),
    ('column "select" of public.users'),
    ('column "Deleted At" of "Shop"."User"'),
    ('index public.users_lethe_hidden'),
    ('index "Shop"."Lethe Index"'),
    ('constraint lethe_placeholder on public.users'),
    ('trigger lethe_guard on "Shop"."User"'),
    ('policy lethe_hide on public.users'),
    ('policy "Lethe hide" on "Shop"."User"'),
    ('row security on public.users'),
    ('view public.active_users'),
    ('function lethe.schedule_deletion(uuid)');
`;

let before: string;
let after: Catalog;

beforeAll(async () => {
  await db.sql.unsafe(application);
  before = serializeCatalog(await readCatalog(db.sql));
  await db.sql.unsafe(lethe);
  after = await readCatalog(db.sql);
});

test("the snapshot is the same before and after Lethe is installed", () => {
  expect(serializeCatalog(after)).toBe(before);
  expect(after.tables.map((table) => table.name)).toEqual(["Shop.User", "public.users"]);
});

test("what isn't recorded stays, whatever its name", async () => {
  await db.sql.begin(async (sql) => {
    await sql`delete from lethe.object where name not like 'column %'`;
  });
  const catalog = await readCatalog(db.sql);
  const users = catalog.tables.find((table) => table.name === "public.users");
  const shop = catalog.tables.find((table) => table.name === "Shop.User");
  expect(users?.rowSecurity).toBe("forced");
  expect(users?.policies.map((policy) => policy.name)).toEqual(["lethe_hide"]);
  expect(users?.checks.map((check) => check.name)).toEqual(["lethe_placeholder"]);
  expect(shop?.triggers.map((trigger) => trigger.name)).toEqual(["lethe_guard"]);
  expect(catalog.views.map((view) => view.name)).toEqual(["public.active_users", "public.everyone"]);
  // Keyed on a column of Lethe's: left out with it. With one in the predicate only: it stays.
  expect(shop?.indexes.map((index) => index.name)).toEqual(["User_pkey"]);
  expect(users?.indexes.map((index) => index.name)).toContain("users_lethe_hidden");
});

test("a check of the application over one of Lethe's columns goes with the column", async () => {
  await db.sql`alter table public.users add constraint named_or_gone check (name is not null or deleted_at is not null)`;
  const withRecord = await readCatalog(db.sql);
  expect(checkNames(withRecord)).not.toContain("named_or_gone");
  await db.sql`delete from lethe.object`;
  expect(checkNames(await readCatalog(db.sql))).toContain("named_or_gone");
});

test("Lethe under another schema name is the one that is left out", async () => {
  await db.sql`create schema "Exit 2"`;
  await db.sql`create table "Exit 2".object (name text primary key, definition_hash text)`;
  await db.sql`insert into "Exit 2".object values ('view public.everyone')`;
  const catalog = await readCatalog(db.sql, { letheSchema: "Exit 2" });
  expect(catalog.views.map((view) => view.name)).toEqual(["public.active_users"]);
  expect(catalog.tables.map((table) => table.name)).toContain("lethe.object");
  expect(catalog.tables.map((table) => table.schema)).not.toContain("Exit 2");
});

test("a role that may not read the record is told so, and gets no wrong snapshot", async () => {
  const reader = await db.as("pg_monitor");
  const reading = readCatalog(reader);
  await expect(reading).rejects.toThrow(UsageError);
  await expect(reading).rejects.toThrow("may not read lethe.object");
});

function checkNames(catalog: Catalog): string[] {
  return catalog.tables.flatMap((table) => table.checks.map((check) => check.name));
}
