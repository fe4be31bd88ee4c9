/** Row-level security never filters the eraser: it sees every row, or there is an error. And who may migrate. */
import { expect, test } from "vitest";
import { content, keep, pii, session, subject } from "../../../generator/index.ts";
import { createDatabase, type Database } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import {
  apply,
  type Erasure,
  failureOf,
  installLethe,
  migrationFor,
  terms,
} from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const owner = useRole("owner");
const heir = useRole("heir", `in role ${owner}`);
const stranger = useRole("stranger");
const noHeir = useRole("no_heir", `noinherit in role ${owner}`);

const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    "app.users": subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    "app.sessions": session(),
    "app.posts": content({ columns: { body: pii.null() } }),
  },
};

async function withTables(test: (db: Database) => Promise<void>): Promise<void> {
  const db = await createDatabase("empty");
  try {
    await db.sql.unsafe(`
      create schema app authorization ${owner};
      grant create on database ${db.name} to ${owner}, ${heir}, ${stranger}, ${noHeir};
      grant usage on schema app to ${stranger};
      set role ${owner};
      create table app.users (id bigint primary key, email text not null unique);
      create table app.sessions (id bigint primary key, user_id bigint not null references app.users);
      create table app.posts (id bigint primary key, author_id bigint not null references app.users, body text);
      create index on app.sessions (user_id); create index on app.posts (author_id);
      insert into app.users values (1, 'a@example.com'), (2, 'b@example.com');
      insert into app.posts values (1, 1, 'mine'), (2, 2, 'theirs');
      reset role`);
    await test(db);
  } finally {
    await db.drop();
  }
}

/** Everything a migration could have left. */
const footprint = (db: Database) => db.sql`
  select 'schema ' || nspname as thing from pg_namespace where nspname = 'lethe'
  union all select tgname::text from pg_trigger where not tgisinternal
  union all select attname::text from pg_attribute where attrelid = 'app.users'::regclass and attnum > 0
  order by 1
`;

test("an inheriting member of the owner migrates, and its functions see every row although RLS is on", () =>
  withTables(async (db) => {
    await db.sql.unsafe(
      "alter table app.posts enable row level security; alter table app.sessions enable row level security",
    );
    await installLethe(await db.as(heir), erasure);
    await db.sql`select lethe.schedule_deletion(1, grace => '0')`;
    expect(await db.sql`select * from lethe.execute_due_deletions()`).toMatchObject([{ executed: 1 }]);
    expect(await db.sql`select body from app.posts order by id`).toMatchObject([
      { body: null },
      { body: "theirs" },
    ]);
  }));

test("FORCE ROW LEVEL SECURITY, with the owner as definer: an error that names the table, and no row erased", () =>
  withTables(async (db) => {
    await installLethe(await db.as(owner), erasure);
    await db.sql.unsafe("alter table app.posts enable row level security, force row level security");
    await db.sql`select lethe.schedule_deletion(1, grace => '0')`;
    expect(await failureOf(db.sql`select lethe.execute_deletion(1)`)).toMatchObject({ code: "LT009" });
    await despiteDrift(db.sql);
    const failure = await failureOf(db.sql`select lethe.execute_deletion(1)`);
    expect(failure).toMatchObject({
      code: "42501",
      message: 'query would be affected by row-level security policy for table "posts"',
    });
    expect(await db.sql`select state from lethe.deletion_request`).toMatchObject([{ state: "scheduled" }]);
    expect(await db.sql`select email from app.users where id = 1`).toMatchObject([
      { email: "a@example.com" },
    ]);
    await db.sql.unsafe("alter table app.posts no force row level security");
    expect(await db.sql`select lethe.execute_deletion(1) as state`).toMatchObject([{ state: "completed" }]);
    expect(await db.sql`select body from app.posts where id = 1`).toMatchObject([{ body: null }]);
  }));

test("a definer that no longer is the owner's heir: an error, never zero rows", () =>
  withTables(async (db) => {
    await installLethe(await db.as(heir), erasure);
    await db.sql.unsafe(`revoke ${owner} from ${heir};
      grant usage on schema app to ${heir}; grant select, update, delete on all tables in schema app to ${heir};
      alter table app.posts enable row level security`);
    await db.sql`select lethe.schedule_deletion(1, grace => '0')`;
    expect((await failureOf(db.sql`select lethe.execute_deletion(1)`)).code).toBe("LT009");
    await despiteDrift(db.sql);
    expect((await failureOf(db.sql`select lethe.execute_deletion(1)`)).code).toBe("42501");
    expect(await db.sql`select body from app.posts where id = 1`).toMatchObject([{ body: "mine" }]);
    await db.sql.unsafe(`grant ${owner} to ${heir}`);
  }));

test.each([
  ["a stranger", () => stranger],
  ["a member that doesn't inherit", () => noHeir],
])("%s can't migrate, is told so, and leaves nothing behind", (_, role) =>
  withTables(async (db) => {
    await db.sql.unsafe(
      `grant all on all tables in schema app to ${role()}; grant usage on schema app to ${role()}`,
    );
    const before = await footprint(db);
    const migration = await migrationFor(db.sql, erasure);
    const failure = await failureOf(apply(await db.as(role()), migration));
    expect(failure).toMatchObject({
      code: "42501",
      message: expect.stringMatching(
        /must run as the owner of app\.\w+, or as an inheriting member of its owner/,
      ),
    });
    expect([...(await footprint(db))]).toEqual([...before]);
  }),
);
