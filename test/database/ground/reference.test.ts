/** The reference application: its names are fixed, since other tools fill it and the annotations name them. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { applyCommittedMigrations } from "../../support/reference-template.ts";

const db = useDatabase("reference");

const FIXED: Record<string, string> = {
  users:
    "id email unconfirmed_email hashed_password name display_name image phone address city state zip_code " +
    "country gender birth_date nationality locale is_admin created_at updated_at",
  accounts: "user_id provider provider_account_id",
  sessions: "user_id token ip user_agent expires_at",
  user_tokens: "user_id context token sent_to",
  totp_credentials: "user_id secret",
  backup_codes: "user_id code_hash",
  collections: "owner_id title deleted_at",
  collection_members: "collection_id user_id",
  property_listings: "creator_id title contact_phone contact_email deleted_at",
  comments: "listing_id author_id body",
  comment_edits: "comment_id previous_body",
  messages: "sender_id recipient_id body",
  invoices: "user_id billing_name billing_address amount_cents issued_at",
  uploads: "user_id url",
  events: "user_id name payload ip created_at",
};
const tables = Object.keys(FIXED);

test.each(Object.entries(FIXED))("public.%s has its fixed columns", async (table, columns) => {
  const rows = await db.sql<{ column_name: string }[]>`
    select column_name::text from information_schema.columns
    where table_schema = 'public' and table_name = ${table}
  `;
  expect(rows.map((row) => row.column_name)).toEqual(expect.arrayContaining(columns.split(" ")));
});

test("the types that other tools rely on", async () => {
  const rows = await db.sql<{ place: string; type: string }[]>`
    select table_name || '.' || column_name as place, data_type::text as type
    from information_schema.columns
    where table_schema = 'public'
      and (table_name, column_name) in
        (('users', 'id'), ('sessions', 'ip'), ('events', 'ip'), ('events', 'payload'), ('users', 'birth_date'))
    order by place
  `;
  expect(Object.fromEntries(rows.map((row) => [row.place, row.type]))).toEqual({
    "events.ip": "inet",
    "events.payload": "jsonb",
    "sessions.ip": "inet",
    "users.birth_date": "date",
    "users.id": "uuid",
  });
});

test("every table has a primary key, and a comment", async () => {
  const rows = await db.sql<{ name: string }[]>`
    select c.relname::text as name
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname in ${db.sql(tables)}
      and exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
      and obj_description(c.oid, 'pg_class') is not null
  `;
  expect(rows.map((row) => row.name).sort()).toEqual([...tables].sort());
});

test("every foreign key is indexed", async () => {
  const rows = await db.sql`
    select k.conrelid::regclass::text as table_name, k.conname::text as key
    from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
      and not exists (
        select from pg_index i
        where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
          and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
      )
  `;
  expect([...rows]).toEqual([]);
});

test("foreign keys cascade for sign-in data alone and set nothing to null", async () => {
  const rows = await db.sql<{ action: string; tables: string[] }[]>`
    select confdeltype::text as action, array_agg(distinct conrelid::regclass::text order by conrelid::regclass::text)
      as tables
    from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and conrelid::regclass::text in ${db.sql(tables)}
    group by confdeltype
  `;
  const byAction = Object.fromEntries(rows.map((row) => [row.action, row.tables]));
  expect(byAction.c).toEqual(["accounts", "backup_codes", "sessions", "totp_credentials", "user_tokens"]);
  expect(Object.keys(byAction).sort()).toEqual(["a", "c"]);
});

test("unique: a person's e-mail, a session's token, an account at a provider", async () => {
  const [person] = await db.sql<
    { id: string }[]
  >`insert into users (email) values ('a@example.com') returning id`;
  const id = person?.id ?? "";
  const twice = { code: "23505" };
  await expect(db.sql`insert into users (email) values ('a@example.com')`).rejects.toMatchObject(twice);
  await db.sql`insert into sessions (user_id, token) values (${id}, 't')`;
  await expect(db.sql`insert into sessions (user_id, token) values (${id}, 't')`).rejects.toMatchObject(
    twice,
  );
  const account = () => db.sql`
    insert into accounts (user_id, provider, provider_account_id) values (${id}, 'google', '1')
  `;
  await account();
  await expect(account()).rejects.toMatchObject(twice);
});

test("the roles can't log in, and may do what such roles do", async () => {
  const roles = await db.sql<{ name: string }[]>`
    select rolname::text as name from pg_roles
    where rolname in ('app_user', 'app_admin', 'app_worker') and not rolcanlogin and not rolsuper and not rolbypassrls
  `;
  expect(roles).toHaveLength(3);
  const [may] = await db.sql`
    select
      bool_and(has_table_privilege('app_user', t, 'select, insert, update, delete')) as app_user,
      bool_and(has_table_privilege('app_admin', t, 'select')) as app_admin,
      bool_or(has_table_privilege('app_worker', t, 'insert') or has_table_privilege('app_worker', t, 'delete'))
        as worker_writes
    from unnest(${tables}::text[]) as t
  `;
  expect(may).toEqual({ app_user: true, app_admin: true, worker_writes: false });
});

test("graphile-migrate finds nothing more to do on a migrated database", async () => {
  const count = () => db.sql<{ n: string }[]>`select count(*) as n from graphile_migrate.migrations`;
  const [before] = await count();
  await applyCommittedMigrations(db.url, db.url.replace(db.name, "postgres"));
  expect(await count()).toEqual([before]);
  expect(Number(before?.n)).toBeGreaterThan(0);
});
