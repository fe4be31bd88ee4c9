/** The test ground itself: what every other database test leans on. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { describe, expect, inject, test } from "vitest";
import { adminClient } from "../../support/cluster.ts";
import { createDatabase, useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import { startServer } from "../../support/server.ts";

const version = inject("postgresVersion");

async function databaseExists(name: string): Promise<boolean> {
  const sql = adminClient(inject("adminUrl"));
  const rows = await sql`select from pg_database where datname = ${name}`;
  await sql.end();
  return rows.length === 1;
}

test.skipIf(version === null)("the project runs on the version it is named for", async () => {
  const sql = adminClient(inject("adminUrl"));
  const [row] = await sql`select current_setting('server_version_num')::integer / 10000 as major`;
  await sql.end();
  expect(String(row?.major)).toBe(version);
});

describe("a cloned database", () => {
  const db = useDatabase("reference");

  test("has the reference application and graphile-worker's schema", async () => {
    const [row] = await db.sql`
      select to_regclass('public.users') as users, to_regnamespace('graphile_worker') as worker
    `;
    expect(row).toEqual({ users: "users", worker: "graphile_worker" });
  });

  test("is nobody else's: a second clone doesn't see the first one's rows", async () => {
    await db.sql`insert into users (email) values ('somebody@example.com')`;
    const other = await createDatabase("reference");
    const rows = await other.sql`select from users`;
    await other.drop();
    expect(rows).toHaveLength(0);
  });

  test("as() acts as the role, with its settings, and not as superuser", async () => {
    const user = await db.as("app_user", { "app.user_id": "7" });
    const [row] = await user`
      select current_user::text, session_user::text, current_setting('role') as role,
        current_setting('app.user_id') as id
    `;
    expect(row).toEqual({ current_user: "app_user", session_user: "postgres", role: "app_user", id: "7" });
    await expect(user`create table public.mine ()`).rejects.toMatchObject({ code: "42501" });
  });

  test("blocked() comes back while the query waits, and its result follows the other's commit", async () => {
    const a = await db.connect();
    const b = await db.connect();
    await db.sql`insert into users (email) values ('waited.for@example.com')`;
    await a`begin`;
    await a`select from users where email = 'waited.for@example.com' for update`;
    const waiting = await blocked(
      db.sql,
      b,
      () => b`select from users where email = 'waited.for@example.com' for update`,
    );
    expect(waiting.settled()).toBe(false);
    await a`commit`;
    expect(await waiting.result).toHaveLength(1);
  });

  test("blocked() refuses a query that doesn't wait", async () => {
    const a = await db.connect();
    await expect(blocked(db.sql, a, () => a`select 1`)).rejects.toThrow("expected to wait for a lock");
  });
});

test("an empty database has no table of anybody's", async () => {
  const db = await createDatabase("empty");
  const rows = await db.sql`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  `;
  await db.drop();
  expect(rows).toHaveLength(0);
});

describe("the leak check", () => {
  test("passes where nothing is left", async () => {
    const db = await createDatabase("empty");
    await db.as("app_user");
    expect(await db.close()).toEqual([]);
    await db.drop();
    expect(await databaseExists(db.name)).toBe(false);
  });

  test("finds a connection that the test opened on its own", async () => {
    const db = await createDatabase("empty");
    const leaked = postgres(db.url, { max: 1, connection: { application_name: "leaky" } });
    await leaked`select 1`;
    await expect(db.drop(200)).rejects.toThrow('an open connection of "leaky"');
    await leaked.end({ timeout: 0 });
    expect(await databaseExists(db.name), "dropped all the same").toBe(false);
  });

  test("finds a transaction left open on a client of its own", async () => {
    const db = await createDatabase("empty");
    const client = await db.connect();
    await client`begin`;
    await expect(db.drop(200)).rejects.toThrow("an open transaction");
  });
});

test.skipIf(version === null)(
  "a server of one's own can be killed and comes back with what was committed",
  async () => {
    const server = await startServer(version ?? "18");
    try {
      const sql = postgres(server.adminUrl, { max: 1, onnotice: () => {}, onclose: () => {} });
      await sql`create table survived as select 1 as x`;
      const sleeper = sql`select pg_sleep(60)`.catch((error: unknown) => error);
      await sleep(100);
      await server.kill();
      expect(await sleeper).toBeInstanceOf(Error);
      await expect(postgres(server.adminUrl, { max: 1, connect_timeout: 1 })`select 1`).rejects.toThrow(
        "ECONNREFUSED",
      );
      await server.restart();
      expect(await sql`select x from survived`).toEqual([{ x: 1 }]);
      await sql.end();
    } finally {
      await server.stop();
    }
  },
);
