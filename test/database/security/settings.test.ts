/** No setting opens anything, the application's own identity setting aside. */
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");

beforeAll(async () => {
  await seed(db.sql, { users: 20 });
  await db.sql`select lethe.schedule_deletion(${userId(5)})`;
});

test("Lethe's functions read no setting but role, isolation and the annotation's own", async () => {
  const rows = await db.sql<{ setting: string }[]>`
    select distinct m[1] as setting
    from pg_proc p, regexp_matches(p.prosrc, 'current_setting\\(''([^'']+)''', 'g') m
    where p.pronamespace = 'lethe'::regnamespace
    order by 1
  `;
  expect(rows.map((row) => row.setting)).toEqual(["app.user_id", "role", "transaction_isolation"]);
});

test.each([
  "set lethe.executing = 'on'",
  "set lethe.role = 'app_worker'",
  "set lethe.current_subject = '1'",
  "set search_path = lethe, public",
  "set default_transaction_read_only = off",
  "set row_security = off",
  "set check_function_bodies = off",
])("after %s everything is refused as before", async (setting) => {
  const me = await db.as("app_user", { "app.user_id": userId(4) });
  await me.unsafe(setting);
  expect(await sqlState(me`select lethe.schedule_deletion(${userId(7)})`)).toBe("LT005");
  expect(await sqlState(me`select lethe.cancel_deletion(${userId(5)})`)).toBe("LT005");
  expect(await sqlState(me`insert into public.sessions (user_id, token) values (${userId(5)}, 'x')`)).toBe(
    "LT010",
  );
  expect(await sqlState(me`delete from public.users where id = ${userId(7)}`)).toMatch(/^(LT012|42501)$/);
  expect(await sqlState(me`select from lethe.deletion_request`)).toBe("42501");
});

/** As a login would do it: `set session authorization` makes the session app_user's own, not a superuser's. */
async function loggedIn(role: string) {
  const client = await db.connect();
  await client.unsafe(`set session authorization ${role}`);
  return client;
}

test.each([
  "set session_replication_role = replica",
  "set role app_worker",
  "set role app_admin",
  "set role postgres",
])("app_user may not %s", async (statement) => {
  const me = await loggedIn("app_user");
  expect(await sqlState(me.unsafe(statement))).toMatch(/^(42501|22023)$/);
  // `is_superuser` of the connection's own role, not of the one that was set.
  expect(await me`select session_user::text as role`).toMatchObject([{ role: "app_user" }]);
});

test("a signed-in subject that is no key at all is an error of the setting, not a way in", async () => {
  const me = await db.as("app_user", { "app.user_id": "not a key" });
  expect(await sqlState(me`select lethe.schedule_deletion(${userId(7)})`)).toBe("22P02");
});
