/** Tables and functions planted where an attacker may create something: nothing of Lethe reads them. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");

beforeAll(() => seed(db.sql, { users: 20 }));

/** What somebody who may create temporary objects could leave there (functions are never looked for in pg_temp). */
const planted = [
  // What the functions read, empty; temporary relations come first unless the path says otherwise.
  "create temp table users (like public.users)",
  "create temp table sessions (like public.sessions)",
  "create temp table deletion_request (like lethe_shape)",
  "create temp table annotation (only_row boolean, hash text, strategies text[], grace_period interval, cancel_cooldown interval, options jsonb)",
  "create temp table pg_namespace (nspname name, nspowner oid)",
  "create temp view hidden_subjects as select gen_random_uuid() as subject_id where false",
];

async function attacker(n: number) {
  const me = await db.as("app_user", { "app.user_id": userId(n) });
  await me.unsafe("create temp table lethe_shape (id bigint, subject_id uuid, state text)");
  await me.unsafe("create temp table running (subject_id uuid, xact xid8 default pg_current_xact_id())");
  for (const statement of planted) await me.unsafe(statement);
  await me.unsafe("set search_path = pg_temp, public, pg_catalog");
  return me;
}

describe("planted in pg_temp", () => {
  test("it takes effect for the attacker's own statements: the traps are real", async () => {
    const me = await attacker(4);
    const [seen] = await me`
      select (select count(*)::integer from users) as people, (select count(*)::integer from pg_namespace) as schemas
    `;
    expect(seen).toEqual({ people: 0, schemas: 0 });
  });
  test("nobody becomes somebody else, administrator or service", async () => {
    const me = await attacker(4);
    expect(await sqlState(me`select lethe.schedule_deletion(${userId(5)})`)).toBe("LT005");
    await me.unsafe("set app.user_id = ''");
    expect(await sqlState(me`select lethe.schedule_deletion(${userId(5)})`)).toBe("LT005");
  });
  test("a schedule does what it does without them", async () => {
    const me = await attacker(4);
    await me`select lethe.schedule_deletion(${userId(4)})`;
    const [made] = await db.sql`
      select r.requested_at > now() - interval '1 minute' as today,
             r.scheduled_for > now() + interval '13 days' as later,
             r.cancel_token_hash <> 'planted'::bytea as hashed,
             u.deleted_at is not null as marked,
             (select count(*)::integer from public.sessions s where s.user_id = u.id) as sessions
      from lethe.deletion_request r join public.users u on u.id = r.subject_id
      where u.id = ${userId(4)}
    `;
    expect(made).toEqual({ today: true, later: true, hashed: true, marked: true, sessions: 0 });
  });
  test("guards and delete protection still hold", async () => {
    const me = await attacker(4);
    await me.unsafe("set search_path = public, pg_temp");
    expect(
      await sqlState(me`insert into public.sessions (user_id, token) values (${userId(4)}, 'planted')`),
    ).toBe("LT010");
    expect(await sqlState(me`delete from public.users where email = 'user-8@example.com'`)).toBe("LT012");
  });
});

describe("planted in public by somebody who may create there", () => {
  beforeEach(async () => {
    await db.sql`grant create on schema public to app_user`;
    const me = await db.as("app_user");
    for (const statement of [
      "create or replace function public.now() returns timestamptz language sql as $$ select timestamptz '2001-01-01' $$",
      "create or replace function public.sha256(bytea) returns bytea language sql as $$ select 'planted'::bytea $$",
      "create or replace function public.pg_has_role(name, name, text) returns boolean language sql as $$ select true $$",
      "create or replace function public.gen_random_uuid() returns uuid language sql as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$",
      "create or replace function public.pg_current_xact_id_if_assigned() returns xid8 language sql as $$ select '1'::xid8 $$",
      "create table if not exists public.deletion_request (id bigint, subject_id uuid, state text)",
    ])
      await me.unsafe(statement);
  });
  test("pg_catalog comes first", async () => {
    const me = await db.as("app_user", { "app.user_id": userId(7), search_path: "public, pg_catalog" });
    expect(await me`select now() = timestamptz '2001-01-01' as planted`).toMatchObject([{ planted: true }]);
    expect(await sqlState(me`select lethe.schedule_deletion(${userId(8)})`)).toBe("LT005");
    await me`select lethe.schedule_deletion(${userId(7)})`;
    const [made] = await db.sql`
      select requested_at > pg_catalog.now() - interval '1 minute' as today, cancel_token_hash <> 'planted'::bytea as hashed
      from lethe.deletion_request where subject_id = ${userId(7)}
    `;
    expect(made).toEqual({ today: true, hashed: true });
  });
});
