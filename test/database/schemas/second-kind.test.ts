/** Two kinds of subject in one database: people in `lethe`, organisations in `lethe_orgs`, on shared tables. */
import { beforeAll, expect, test } from "vitest";
import { content, keep, pii, session, subject, table } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import {
  apply,
  type Erasure,
  installLethe,
  migrationFor,
  sqlState,
  terms,
} from "../../support/schema-case.ts";

const db = useDatabase("empty");
const lifecycle: Erasure["lifecycle"] = { ...terms.lifecycle, strategies: ["anonymize", "hard_delete"] };

const people: Erasure = {
  ...terms,
  lifecycle,
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), org_id: keep(), email: pii.email(), note: pii.replace("was at lethe.example") },
    }),
    tokens: session({ owner: "user_id" }),
    lethe_notes: content({ owner: "user_id", columns: { body: pii.null() } }),
  },
};
const orgs: Erasure = {
  ...terms,
  schema: "lethe_orgs",
  lifecycle,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.org_id', true), '')::bigint" },
  tables: {
    orgs: subject({
      key: "id",
      view: "active_orgs",
      rls: "hide",
      columns: { id: keep(), name: pii.template("lethe.{id}"), domain: pii.replace("x@lethe.invalid") },
    }),
    users: table({
      columns: { email: keep(), note: pii.replace("lethe_ is a word of mine") },
      rules: [content({ owner: "org_id", rows: { anonymize: "transform", hard_delete: "detach" } })],
    }),
    tokens: session({ owner: "org_id" }),
    lethe_notes: content({ owner: "org_id", columns: { body: pii.null() } }),
  },
};

beforeAll(async () => {
  await db.sql.unsafe(`
    create table orgs (id bigint primary key, name text not null, domain text);
    create table users (id text primary key, org_id bigint references orgs, email text not null unique, note text);
    create table tokens (id bigint primary key, user_id text references users, org_id bigint references orgs);
    create table lethe_notes (id bigint primary key, user_id text references users, org_id bigint references orgs, body text);
    create index on users (org_id); create index on tokens (user_id); create index on tokens (org_id);
    create index on lethe_notes (user_id); create index on lethe_notes (org_id);
    insert into orgs values (1, 'One', 'one.example'), (2, 'Two', 'two.example');
    insert into users values ('ada', 1, 'ada@example.com', 'n'), ('bob', 1, 'bob@example.com', 'n'), ('eve', 2, 'eve@example.com', 'n');
    insert into tokens values (1, 'ada', null), (2, 'eve', null), (3, null, 1), (4, null, 2);
    insert into lethe_notes values (1, 'ada', null, 'of ada'), (2, null, 1, 'of one'), (3, 'eve', 2, 'of both');
    grant usage on schema public to app_user; grant select, insert, update, delete on all tables in schema public to app_user;
  `);
  await installLethe(db.sql, people);
  await installLethe(db.sql, orgs);
});

test("each has its own objects, on shared tables too", async () => {
  const rows = await db.sql<{ name: string; function: string }[]>`
    select tgname as name, tgfoid::regproc::text as function
    from pg_trigger
    where tgrelid = 'tokens'::regclass and not tgisinternal
    order by 1
  `;
  expect([...rows]).toEqual([
    { name: "lethe_guard", function: "lethe.guard_public_tokens" },
    { name: "lethe_orgs_guard", function: "lethe_orgs.guard_public_tokens" },
  ]);
  const crossed = await db.sql`
    select p.oid::regprocedure::text as function
    from pg_proc p
    where p.pronamespace = 'lethe_orgs'::regnamespace
      -- Without what the author wrote.
      and replace(replace(p.prosrc, 'x@lethe.invalid', ''), '''lethe.''', '') ~ '\\mlethe\\.'
  `;
  expect([...crossed]).toEqual([]);
});

test("the author's own words and the application's names stay as they are", async () => {
  const [made] =
    await db.sql`select prosrc as text from pg_proc where oid = 'lethe_orgs.anonymize(bigint[])'::regprocedure`;
  expect(made?.text).toContain("'lethe_ is a word of mine'");
  expect(made?.text).toContain("'x@lethe.invalid'");
  expect(made?.text).toContain("public.lethe_notes");
});

test("the second sees nothing of the first as the application's, and both can be applied again", async () => {
  const again = [await migrationFor(db.sql, people), await migrationFor(db.sql, orgs)];
  for (const migration of again) await apply(db.sql, migration);
  await db.sql.begin(async (sql) => {
    for (const migration of [...again, ...again]) await sql.unsafe(migration);
  });
  // What one kind adds to a shared table is no drift to the other.
  for (const schema of ["lethe", "lethe_orgs"])
    expect(await db.sql`select * from ${db.sql(schema)}.drift`).toHaveLength(0);
});

test("each has its own life; a departure of one kind is none of the other", async () => {
  await db.sql`select lethe.schedule_deletion('ada')`;
  expect(await sqlState(db.sql`insert into tokens values (10, 'ada', null)`)).toBe("LT010");
  expect(await sqlState(db.sql`insert into tokens values (11, null, 1)`)).toBe("none");
  await db.sql`select lethe_orgs.schedule_deletion(1, grace => '0')`;
  expect(await sqlState(db.sql`insert into tokens values (12, null, 1)`)).toBe("LT010");
  expect(await db.sql`select (lethe_orgs.execute_due_deletions()).executed`).toMatchObject([{ executed: 1 }]);
  expect(await db.sql`select name, domain from orgs order by id`).toMatchObject([
    { name: "lethe.1", domain: "x@lethe.invalid" },
    { name: "Two" },
  ]);
  expect(await db.sql`select id, note from users order by id`).toMatchObject([
    { id: "ada", note: "lethe_ is a word of mine" },
    { id: "bob", note: "lethe_ is a word of mine" },
    { id: "eve", note: "n" },
  ]);
  expect(await db.sql`select id, body from lethe_notes order by id`).toMatchObject([
    { body: "of ada" },
    { body: null },
    { body: "of both" },
  ]);
  expect(await db.sql`select (lethe.deletion_status('ada')).status`).toMatchObject([{ status: "scheduled" }]);
  await db.sql`select lethe.execute_deletion('ada', early => true)`;
  expect(await db.sql`select note, email from users where id = 'ada'`).toMatchObject([
    { note: "was at lethe.example", email: "deleted_ada@deleted.invalid" },
  ]);
  expect(
    await db.sql`select subject_id::text from lethe.deletion_request union all select subject_id::text from lethe_orgs.deletion_request`,
  ).toMatchObject([{ subject_id: "ada" }, { subject_id: "1" }]);
});

test("each wakes its own worker: the channel is the schema's name", async () => {
  const heard: string[] = [];
  const listener = await db.connect();
  await listener.listen("lethe_orgs", () => heard.push("lethe_orgs"));
  await listener.listen("lethe", () => heard.push("lethe"));
  await db.sql`select lethe_orgs.schedule_deletion(2, grace => '0')`;
  await expect.poll(() => heard).toEqual(["lethe_orgs"]);
});
