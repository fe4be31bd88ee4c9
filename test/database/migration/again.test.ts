/** The same file a second time: nothing in the database changes, and nobody is made to wait. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { migrationsFolder } from "../../support/reference-template.ts";
import { apply, failureOf } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const folder = join(migrationsFolder, "committed");
const file =
  readdirSync(folder)
    .filter((each) => each.endsWith("-lethe.sql"))
    .sort()
    .at(-1) ?? "";
const migration = readFileSync(join(folder, file), "utf8");

beforeAll(async () => {
  await seed(db.sql, { users: 10 });
  await db.sql`select lethe.schedule_deletion(${userId(4)}), lethe.schedule_deletion(${userId(5)}, grace => '0')`;
});

const catalogs = [
  "pg_proc",
  "pg_class",
  "pg_attribute",
  "pg_trigger",
  "pg_policy",
  "pg_constraint",
  "pg_index",
  "pg_rewrite",
  "pg_type",
  "pg_namespace",
  "pg_description",
  "pg_default_acl",
];

/** Every row of every catalog and of Lethe's tables with its xmin: a row that was written again shows. */
async function everything(): Promise<string[]> {
  const tables = await db.sql<{ name: string }[]>`
    select c.oid::regclass::text as name
    from pg_class c
    where c.relnamespace in ('lethe'::regnamespace, 'public'::regnamespace) and c.relkind = 'r'
  `;
  const lines: string[] = [];
  for (const name of [...catalogs, ...tables.map((each) => each.name)]) {
    // What happens to be temporary, or counts tuples, is not a change.
    const what =
      name === "pg_class"
        ? "(t.oid, t.relname, t.relacl, t.relrowsecurity, t.reloptions, t.relowner, t.relfilenode)"
        : "(t.xmin, t.*)";
    const rows = await db.sql.unsafe<{ line: string }[]>(
      `select ${what}::text as line from ${name} t ${filter(name)} order by 1`,
    );
    lines.push(...rows.map((row) => `${name}: ${row.line}`));
  }
  return lines;
}

const temporary = "(select oid from pg_namespace where nspname like 'pg\\_%temp\\_%')";

function filter(name: string): string {
  if (name === "pg_class") return `where t.relnamespace not in ${temporary}`;
  if (name === "pg_namespace") return `where t.nspname not like 'pg\\_%temp\\_%'`;
  if (name === "pg_attribute")
    return `where t.attrelid not in (select oid from pg_class where relnamespace in ${temporary})`;
  if (name === "pg_proc") return `where t.pronamespace not in ${temporary}`;
  if (name === "pg_type") return `where t.typnamespace not in ${temporary}`;
  return "";
}

test("nothing is written: not a catalog row, not a row of Lethe's, not one of the application's", async () => {
  const before = await everything();
  expect(before.length).toBeGreaterThan(5_000);
  await apply(db.sql, migration);
  await apply(db.sql, migration);
  const after = new Set(await everything());
  expect(before.filter((line) => !after.has(line))).toEqual([]);
  expect(after.size).toBe(new Set(before).size);
});

test("the second time no lock on a table of the application but the one that reading takes", async () => {
  const sql = await db.connect();
  await sql`begin`;
  await sql.unsafe(migration);
  const locks = await db.sql<{ relation: string; mode: string }[]>`
    select distinct l.relation::regclass::text as relation, l.mode
    from pg_locks l
    join pg_class c on c.oid = l.relation
    where l.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database())
      and c.relnamespace = 'public'::regnamespace
      and l.mode <> 'AccessShareLock'
  `;
  await sql`rollback`;
  expect([...locks]).toEqual([]);
});

test("it runs beside somebody who writes and somebody who holds the table", async () => {
  const writer = await db.connect();
  await writer`begin`;
  await writer`lock table users, sessions, accounts, user_tokens in row exclusive mode`;
  await apply(db.sql, migration);
  await writer`rollback`;
});

test("where something is to be made anew, it waits five seconds for the lock and gives up whole", async () => {
  const writer = await db.connect();
  await db.sql`drop policy lethe_hide on users`;
  const changed = migration
    .replace("as restrictive", "as  restrictive")
    .replaceAll(/('objects on public.users', 'public.users', '[a-z ]+', ')[0-9a-f]{4}/g, "$1ffff");
  expect(changed).not.toBe(migration);
  await writer`begin`;
  await writer`select from users limit 1`;
  const failure = await failureOf(
    apply(db.sql, changed.replace("lock_timeout = '5s'", "lock_timeout = '200ms'")),
  );
  expect(failure.code).toBe("55P03");
  await writer`rollback`;
  await apply(db.sql, changed);
  expect(await db.sql`select from pg_policy where polname = 'lethe_hide'`).toHaveLength(1);
});

test("an object that somebody dropped or changed by name is made again", async () => {
  await db.sql.unsafe(
    "drop trigger lethe_guard on sessions; drop view active_users; drop function lethe.within_cooldown(uuid)",
  );
  await apply(db.sql, migration);
  expect(
    await db.sql`select from pg_trigger where tgname = 'lethe_guard' and tgrelid = 'sessions'::regclass`,
  ).toHaveLength(1);
  expect(
    await db.sql`select to_regclass('public.active_users') is not null as view, to_regprocedure('lethe.within_cooldown(uuid)') is not null as function`,
  ).toMatchObject([{ view: true, function: true }]);
  expect(await (await db.as("app_user"))`select count(*)::integer as n from active_users`).toMatchObject([
    { n: 8 },
  ]);
});

test("outside a transaction: a kind error, and nothing of the application touched", async () => {
  const { sql } = db;
  const lines = await sql`select count(*)::integer as triggers from pg_trigger`;
  const single = await db.connect();
  // As psql without --single-transaction: one statement after the other.
  const failures: { message?: string; hint?: string }[] = [];
  for (const statement of await statementsOf(migration)) {
    try {
      await single.unsafe(statement);
    } catch (error) {
      failures.push(error as { message?: string });
    }
  }
  expect(failures.length).toBeGreaterThan(50);
  expect(failures[0]).toMatchObject({
    message: "this migration must run in one transaction",
    hint: "Run it with graphile-migrate, or with psql --single-transaction.",
  });
  expect(new Set(failures.map((each) => each.message))).toEqual(
    new Set(["this migration must run in one transaction"]),
  );
  expect(await sql`select count(*)::integer as triggers from pg_trigger`).toEqual(lines);
});

async function statementsOf(text: string): Promise<string[]> {
  const { parse } = await import("libpg-query");
  const { stmts } = (await parse(text)) as { stmts: { stmt_location?: number; stmt_len?: number }[] };
  const bytes = Buffer.from(text);
  return stmts.map(({ stmt_location: from = 0, stmt_len: length }) =>
    bytes.subarray(from, length === undefined ? undefined : from + length).toString(),
  );
}
