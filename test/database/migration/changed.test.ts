/** A changed annotation brings a database forward with requests in flight, and loses none of them. */
import { beforeAll, expect, test } from "vitest";
import { blocker, content, credential, keep, pii, session, subject } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { apply, type Erasure, failureOf, migrationFor, sqlState, terms } from "../../support/schema-case.ts";

const db = useDatabase("empty");

type Changes = { lifecycle?: Erasure["lifecycle"]; options?: Erasure["options"]; tables?: Erasure["tables"] };

/** Users are leaving in every stage: 1 scheduled, 2 blocked, 3 executing in steps, 4 completed, 5 cancelled. */
const first: Erasure = {
  ...terms,
  options: { delete_content: false },
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), email: pii.email(), phone: pii.null({ at: "schedule", restore: true }) },
    }),
    sessions: session(),
    api_keys: credential({ suspend: "move" }),
    boards: blocker({
      owner: "owner_id",
      where: "t.active",
      message: "owns {count} boards",
      columns: { active: keep() },
      otherwise: content({ rows: "delete" }),
    }),
    posts: content({
      view: "active_posts",
      columns: { body: pii.replace("[deleted]"), title: keep() },
      heavy: 10,
    }),
  },
};
const change = (changes: Changes): Erasure => ({
  ...first,
  ...changes,
  tables: { ...first.tables, ...changes.tables },
});

beforeAll(async () => {
  await db.sql.unsafe(`
    create table users (id bigint primary key, email text not null unique, phone text);
    create table sessions (id bigint generated always as identity primary key, user_id bigint not null references users);
    create table api_keys (id bigint generated always as identity primary key, user_id bigint not null references users, key text);
    create table boards (id bigint generated always as identity primary key, owner_id bigint not null references users, active boolean not null);
    create table posts (id bigint generated always as identity primary key, author_id bigint not null references users, title text, body text);
    create index on sessions (user_id); create index on api_keys (user_id); create index on boards (owner_id); create index on posts (author_id);
    insert into users select n, 'p' || n || '@example.com', 'phone ' || n from generate_series(1, 9) n;
    insert into sessions (user_id) select id from users;
    insert into api_keys (user_id, key) select id, 'key ' || id from users;
    insert into posts (author_id, title, body) select 3, 'title', 'body' from generate_series(1, 12000);
    insert into posts (author_id, title, body) select id, 'title', 'body' from users;
    grant select, insert on all tables in schema public to app_user;
  `);
  await apply(db.sql, await migrationFor(db.sql, first));
  await db.sql.unsafe(`
    select lethe.schedule_deletion(1, 'soft_delete', options => '{"delete_content": true}');
    select lethe.schedule_deletion(2, grace => '0');
    insert into boards (owner_id, active) values (2, true);
    analyze`);
  await db.sql`select lethe.schedule_deletion(4, grace => '0')`;
  await db.sql`select lethe.execute_due_deletions()`;
  await db.sql`select lethe.schedule_deletion(3, grace => '0')`;
  await db.sql`select lethe.execute_deletion(3)`;
  await db.sql`select lethe.schedule_deletion(5)`;
  await db.sql`select lethe.cancel_deletion(5)`;
  expect(await states()).toEqual({
    "1": "scheduled",
    "2": "scheduled blocked",
    "3": "executing",
    "4": "completed",
    "5": "cancelled",
  });
});

async function states(): Promise<Record<string, string>> {
  const rows =
    await db.sql`select subject_id::text as id, state || case when blocked_at is not null then ' blocked' else '' end as state from lethe.deletion_request`;
  return Object.fromEntries(rows.map((row) => [row.id, row.state]));
}

/** Lethe's data, as text. */
async function requests(): Promise<string> {
  const rows =
    await db.sql`select r::text as request, (select string_agg(e::text, ' ' order by e.seq) from lethe.deletion_event e where e.request_id = r.id) as events from lethe.deletion_request r order by id`;
  return JSON.stringify(rows);
}

async function migrate(erasure: Erasure): Promise<void> {
  const before = await requests();
  await apply(db.sql, await migrationFor(db.sql, erasure));
  expect(await requests()).toBe(before);
}

const exists = async (name: string) => (await db.sql`select to_regclass(${name}) is not null as yes`)[0]?.yes;
const triggers = async (table: string) =>
  (
    await db.sql`select tgname::text as name from pg_trigger where tgrelid = ${table}::regclass and not tgisinternal order by 1`
  ).map((row) => row.name);

test("a rule changes: what is left of an erasure in steps follows the new one", async () => {
  await migrate(
    change({
      tables: {
        posts: content({
          view: "active_posts",
          columns: { body: pii.replace("[gone]"), title: pii.null() },
          heavy: 10,
        }),
      },
    }),
  );
  for (let step = 0; step < 20 && (await states())["3"] === "executing"; step++)
    await db.sql`select lethe.continue_deletion(r) from lethe.executing_requests() r`;
  expect((await states())["3"]).toBe("completed");
  const [left] =
    await db.sql`select count(*)::integer as n from posts where author_id = 3 and title is not null`;
  expect(left).toEqual({ n: 0 });
  await migrate(first);
});

test("a guard and a view go: table and trigger functions too, and nothing else", async () => {
  expect(await triggers("sessions")).toEqual(["lethe_guard"]);
  await migrate(
    change({
      tables: {
        sessions: content({ rows: "delete" }),
        posts: content({ columns: { body: pii.null(), title: keep() } }),
      },
    }),
  );
  expect(await triggers("sessions")).toEqual([]);
  expect(await triggers("api_keys")).toEqual(["lethe_guard"]);
  expect(await exists("active_posts")).toBe(false);
  expect(await db.sql`select from pg_proc where proname = 'guard_public_sessions'`).toHaveLength(0);
  expect(await exists("active_users")).toBe(true);
  await migrate(first);
  expect(await triggers("sessions")).toEqual(["lethe_guard"]);
  expect(await exists("active_posts")).toBe(true);
});

test("hiding goes: policies and row security too; the marks stay, because they hold data", async () => {
  const [users] = Object.values({
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), phone: pii.null({ at: "schedule", restore: true }) },
    }),
  });
  if (users === undefined) throw new Error("no subject");
  await migrate(change({ tables: { users } }));
  expect(await db.sql`select relrowsecurity as on from pg_class where oid = 'users'::regclass`).toMatchObject(
    [{ on: false }],
  );
  expect(await db.sql`select from pg_policy where polrelid = 'users'::regclass`).toHaveLength(0);
  expect(await db.sql`select from users where deleted_at is not null`).toHaveLength(4);
  await migrate(first);
  expect(await db.sql`select relrowsecurity as on from pg_class where oid = 'users'::regclass`).toMatchObject(
    [{ on: true }],
  );
});

test("a strategy is no longer allowed while somebody is leaving by it: LT008 with the remedy, nothing applied", async () => {
  const only = change({
    lifecycle: { strategies: ["anonymize"], gracePeriod: "7 days", cancelCooldown: "1 hour" },
  });
  const before = await requests();
  const failure = await failureOf(apply(db.sql, await migrationFor(db.sql, only)));
  expect(failure).toMatchObject({
    code: "LT008",
    message: expect.stringContaining("soft_delete"),
    hint: expect.stringContaining("cancel them"),
  });
  expect(await requests()).toBe(before);
  expect(await db.sql`select strategies, grace_period::text from lethe.annotation`).toMatchObject([
    { strategies: terms.lifecycle.strategies, grace_period: "14 days" },
  ]);
});

test("new terms hold for new requests; those under way keep their time", async () => {
  const [before] = await db.sql`select scheduled_for from lethe.deletion_request where subject_id = 1`;
  await migrate(
    change({
      lifecycle: { ...first.lifecycle, gracePeriod: "3 days", cancelCooldown: "1 hour" },
      options: { delete_content: false, delete_boards: true },
    }),
  );
  expect((await db.sql`select scheduled_for from lethe.deletion_request where subject_id = 1`)[0]).toEqual(
    before,
  );
  await db.sql`select lethe.schedule_deletion(6, options => '{"delete_boards": false}')`;
  expect(await db.sql`select days_remaining from lethe.deletion_status(6)`).toMatchObject([
    { days_remaining: 3 },
  ]);
  await db.sql`select lethe.cancel_deletion(6)`;
  await migrate(first);
});

test("a new column, decided: the migration for it applies, the old one no longer does", async () => {
  const old = await migrationFor(db.sql, first);
  await db.sql`alter table users add column city text, add column theme text`;
  const failure = await failureOf(apply(db.sql, old));
  expect(failure).toMatchObject({ code: "LT009", hint: expect.stringContaining("lethe sync") });
  const { users } = first.tables as { users: ReturnType<typeof subject> };
  const wider = change({
    tables: { users: { ...users, columns: { ...users.columns, city: pii.null(), theme: keep() } } },
  });
  await migrate(wider);
  const view =
    await db.sql`select attname::text as name from pg_attribute where attrelid = 'active_users'::regclass and attnum > 0 order by attnum`;
  expect(view.map((row) => row.name)).toEqual(expect.arrayContaining(["city", "theme"]));
  // And away again: the view loses them, which CREATE OR REPLACE can't do.
  await db.sql`drop view active_users`;
  await db.sql`alter table users drop column city, drop column theme`;
  await migrate(first);
  expect(await exists("active_users")).toBe(true);
});

test("in the end everybody who was leaving has left, and who came back has everything", async () => {
  await db.sql`update boards set active = false`;
  await db.sql`select * from lethe.execute_due_deletions()`;
  await db.sql`select lethe.execute_deletion(1, early => true)`;
  expect(await states()).toMatchObject({
    "1": "completed",
    "2": "completed",
    "3": "completed",
    "4": "completed",
    "5": "cancelled",
  });
  expect(await db.sql`select email, phone from users where id = 5`).toMatchObject([
    { email: "p5@example.com", phone: "phone 5" },
  ]);
  expect(await db.sql`select key from api_keys where user_id = 5`).toMatchObject([{ key: "key 5" }]);
  expect(await sqlState(db.sql`insert into sessions (user_id) values (1)`)).toBe("LT010");
});
