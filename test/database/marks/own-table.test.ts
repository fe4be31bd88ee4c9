/** The subject's table belongs to somebody else: the marks are in a table of Lethe's own, and nothing is put on theirs. */
import { beforeAll, describe, expect, test } from "vitest";
import { content, keep, pii, session, subject, via } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import { executeDue, schedule, statusOf } from "../../support/scenario.ts";
import { type Erasure, failureOf, migrationFor, sqlState, terms } from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const theirs = useRole("auth_admin");
const ours = useRole("app_owner", "bypassrls");
const db = useDatabase("empty");

const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::uuid" },
  tables: {
    "auth.users": subject({
      key: "id",
      marks: "lethe",
      view: "public.people",
      columns: { id: keep(), email: pii.email(), phone: pii.null(), instance: keep() },
    }),
    "auth.sessions": session({ owner: "user_id" }),
    devices: session({ owner: "user_id" }),
    "auth.refresh_tokens": session({ owner: via("auth.sessions") }),
    posts: content({ owner: "author_id", rls: "hide", view: "live_posts", columns: { body: pii.null() } }),
  },
};

const person = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const asOwner = (work: string) =>
  db.sql.begin(async (tx) => {
    await tx.unsafe(`set local role ${ours}`);
    return tx.unsafe(work);
  });
const asApp = async (select: string) => {
  const [, rows] = (await db.sql.unsafe(`set role app_user; ${select}; reset role`)) as unknown as [
    unknown,
    Record<string, unknown>[],
  ];
  return rows;
};
const seen = async () => ({
  people: (await asApp("select id from people order by id")).length,
  posts: (await asApp("select from posts")).length,
  live: (await asApp("select from live_posts")).length,
});
const signIn = (n: number) => sqlState(db.sql`insert into auth.sessions (user_id) values (${person(n)})`);
const marks = () =>
  db.sql`select subject_id, scheduled_for is null as done from lethe.mark order by subject_id`;

let migration: string;
beforeAll(async () => {
  await db.sql.unsafe(`
    create schema auth authorization ${theirs};
    set role ${theirs};
    create table auth.users (
      instance uuid, id uuid primary key, email text unique, phone text
    );
    alter table auth.users enable row level security;
    create table auth.sessions (id bigint generated always as identity primary key, user_id uuid not null references auth.users on delete cascade);
    create index on auth.sessions (user_id);
    create table auth.refresh_tokens (id bigint generated always as identity primary key, session_id bigint not null references auth.sessions on delete cascade);
    create index on auth.refresh_tokens (session_id);
    grant references on auth.users to ${ours};
    grant usage on schema auth to ${ours}, app_user;
    grant select on auth.users to app_user;
    create policy readable on auth.users for select to app_user using (true);
    reset role;
    do $$ begin execute format('grant create on database %I to ${ours}', current_database()); end $$;
    grant usage, create on schema public to ${ours};
    set role ${ours};
    create table posts (id bigint generated always as identity primary key, author_id uuid references auth.users on delete cascade, body text);
    create index on posts (author_id);
    grant select on posts to app_user;
    create table devices (id bigint generated always as identity primary key, user_id uuid);
    create index on devices (user_id);
    reset role;
  `);
  migration = await migrationFor(db.sql, erasure);
});

test("without privileges the migration says which, and what to grant", async () => {
  const missing = await failureOf(asOwner(migration));
  expect(missing).toMatchObject({
    code: "42501",
    message: `${ours} lacks privileges on auth.refresh_tokens`,
    hint: `grant delete, select, trigger on auth.refresh_tokens to ${ours};`,
  });
  await db.sql.unsafe(`
    grant select, update, delete on auth.users to ${ours};
    grant select, delete, trigger on auth.sessions, auth.refresh_tokens to ${ours};
  `);
  await db.sql.unsafe(`alter role ${ours} nobypassrls`);
  expect(await failureOf(asOwner(migration))).toMatchObject({
    code: "42501",
    message: `row-level security on auth.users would hide rows from ${ours}`,
  });
  await db.sql.unsafe(`alter role ${ours} bypassrls`);
  await asOwner(migration);
  await asOwner(migration);
  expect((await db.sql`select * from lethe.drift`).map((row) => [row.kind, row.object])).toEqual([]);
});

test("nothing of Lethe's is on the table of the subject", async () => {
  const [found] = await db.sql`
    select (select count(*)::int from pg_attribute where attrelid = 'auth.users'::regclass and attnum > 0) as columns,
           (select count(*)::int from pg_trigger where tgrelid = 'auth.users'::regclass and not tgisinternal) as triggers,
           (select count(*)::int from pg_policy where polrelid = 'auth.users'::regclass) as policies,
           (select count(*)::int from pg_constraint where conrelid = 'auth.users'::regclass and contype = 'c') as checks,
           (select count(*)::int from pg_index where indrelid = 'auth.users'::regclass) as indexes
  `;
  expect(found).toEqual({ columns: 4, triggers: 0, policies: 1, checks: 0, indexes: 2 });
});

test("schedule hides and shuts out, cancel lets back in", async () => {
  for (const n of [1, 2, 3]) {
    await db.sql`insert into auth.users (id, email, phone) values (${person(n)}, ${`p${n}@example.com`}, '1')`;
    await db.sql`insert into posts (author_id, body) values (${person(n)}, 'text')`;
    expect(await signIn(n)).toBe("none");
  }
  expect(await seen()).toEqual({ people: 3, posts: 3, live: 3 });

  await schedule(db.sql, person(1));
  expect(await marks()).toEqual([{ subject_id: person(1), done: false }]);
  expect((await statusOf(db.sql, person(1))).status).toBe("scheduled");
  expect(await seen()).toEqual({ people: 2, posts: 2, live: 2 });
  expect(await db.sql`select from auth.sessions where user_id = ${person(1)}`).toHaveLength(0);
  expect(await signIn(1)).toBe("LT010");
  expect(await signIn(2)).toBe("none");
  expect(await sqlState(db.sql`set role app_user; select * from lethe.mark`.simple())).toBe("42501");
  await db.sql`reset role`;

  await db.sql`select lethe.cancel_deletion(${person(1)})`;
  expect(await marks()).toEqual([]);
  expect(await seen()).toEqual({ people: 3, posts: 3, live: 3 });
  expect(await signIn(1)).toBe("none");
});

test("executed under each strategy", async () => {
  await db.sql`insert into auth.users (id, email, phone) values (${person(4)}, 'p4@example.com', '1')`;
  for (const [n, strategy] of [
    [2, "anonymize"],
    [3, "hard_delete"],
    [4, "soft_delete"],
  ] as const)
    await schedule(db.sql, person(n), { strategy, grace: "0" });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 3, failed: 0, blocked: 0 });
  expect(await db.sql`select id, email, phone from auth.users where id <> ${person(1)} order by id`).toEqual([
    { id: person(2), email: `deleted_${person(2)}@deleted.invalid`, phone: null },
    { id: person(4), email: "p4@example.com", phone: "1" },
  ]);
  expect(await marks()).toEqual([
    { subject_id: person(2), done: true },
    { subject_id: person(4), done: true },
  ]);
  expect(await seen()).toEqual({ people: 1, posts: 1, live: 1 });
  for (const n of [2, 3, 4]) {
    expect((await statusOf(db.sql, person(n))).status).toBe("deleted");
    expect(await signIn(n)).toBe(n === 3 ? "23503" : "LT010");
  }
});

test("somebody who was deleted directly in grace leaves no mark behind", async () => {
  await db.sql`insert into auth.users (id, email) values (${person(5)}, 'p5@example.com')`;
  await schedule(db.sql, person(5), { grace: "0" });
  await db.sql`delete from auth.users where id = ${person(5)}`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1, failed: 0 });
  expect(await db.sql`select from lethe.mark where subject_id = ${person(5)}`).toHaveLength(0);
});

const RACES = { "read committed": "LT010", "repeatable read": "40001" };

describe.each(Object.entries(RACES))("a sign-in that races a schedule, %s", (isolation, refused) => {
  const newcomer = async () => {
    const [row] = await db.sql`insert into auth.users (id) values (gen_random_uuid()) returning id`;
    return row?.id as string;
  };

  test("it began before, and comes after", async () => {
    const [id, app] = [await newcomer(), await db.connect()];
    await app.unsafe(`begin isolation level ${isolation}; select from auth.users limit 1`);
    await schedule(db.sql, id);
    expect(await sqlState(app`insert into devices (user_id) values (${id})`)).toBe(refused);
    await app`rollback`;
  });

  test("it waits for the schedule that is under way", async () => {
    const [id, app, scheduler] = [await newcomer(), await db.connect(), await db.connect()];
    await app.unsafe(`begin isolation level ${isolation}; select from auth.users limit 1`);
    await scheduler`begin`;
    await schedule(scheduler, id);
    const waiting = await blocked(db.sql, app, () => app`insert into devices (user_id) values (${id})`);
    await scheduler`commit`;
    expect(await sqlState(waiting.result)).toBe(refused);
    await app`rollback`;
  });
});

test("a privilege that is lost is drift, and holds executions up", async () => {
  await db.sql.unsafe(`revoke update on auth.users from ${ours}`);
  const drift = await db.sql`select table_name, kind, expected from lethe.drift where severity = 'error'`;
  expect(drift).toEqual([
    { table_name: "auth.users", kind: "owner", expected: `${ours} may delete, select, update` },
  ]);
  await db.sql.unsafe(`grant update on auth.users to ${ours}; alter role ${ours} nobypassrls`);
  expect(await db.sql`select kind from lethe.drift where severity = 'error'`).toEqual([
    { kind: "row security" },
  ]);
  await db.sql.unsafe(`alter role ${ours} bypassrls`);
  expect(await db.sql`select from lethe.drift where severity = 'error'`).toHaveLength(0);
});
