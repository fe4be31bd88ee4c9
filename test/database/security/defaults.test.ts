/** What default privileges let in is put out again; what an older annotation gave, the new one takes. */
import { beforeAll, expect, test } from "vitest";
import { content, keep, pii, session, subject } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import {
  apply,
  type Erasure,
  installLethe,
  migrationFor,
  sqlState,
  terms,
} from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const intern = useRole("intern");
const helper = useRole("helper");
const db = useDatabase("empty");

const erasure = (admin: string[], app = ["app_user"]): Erasure => ({
  ...terms,
  access: {
    ...terms.access,
    currentUser: "nullif(current_setting('app.user_id', true), '')::bigint",
    admin,
    app,
  },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), email: pii.email() },
    }),
    sessions: session(),
    posts: content({ columns: { body: pii.null() }, view: "active_posts" }),
  },
});

beforeAll(async () => {
  await db.sql.unsafe(`
    create table users (id bigint primary key, email text not null unique);
    create table sessions (id bigint primary key, user_id bigint not null references users);
    create table posts (id bigint primary key, author_id bigint not null references users, body text);
    create index on sessions (user_id); create index on posts (author_id);
    insert into users values (1, 'a@example.com'), (2, 'b@example.com');
    alter default privileges grant execute on functions to public, ${intern};
    alter default privileges grant all on tables to public, ${intern};
    alter default privileges grant all on sequences to public, ${intern};
    alter default privileges grant usage on schemas to public, ${intern};
  `);
  await installLethe(db.sql, erasure(["app_admin", helper]));
});

const reach = (role: string) => db.sql<{ name: string }[]>`
  select p.oid::regprocedure::text as name
  from pg_proc p
  where p.pronamespace = 'lethe'::regnamespace and has_function_privilege(${role}, p.oid, 'execute')
  union all
  select c.oid::regclass::text
  from pg_class c
  where c.relnamespace = 'lethe'::regnamespace
    and case c.relkind
          when 'S' then has_sequence_privilege(${role}, c.oid, 'usage, select, update')
          else has_table_privilege(${role}, c.oid, 'select, insert, update, delete, truncate')
        end
    and c.relkind in ('r', 'v', 'S')
  union all
  select 'schema' where has_schema_privilege(${role}, 'lethe', 'usage, create')
  order by 1
`;

test("a role that default privileges favour has nothing in schema lethe, nor has PUBLIC", async () => {
  expect([...(await reach(intern))]).toEqual([]);
  const [open] = await db.sql`
    select count(*)::integer as entries
    from (
      select p.proacl as acl from pg_proc p where p.pronamespace = 'lethe'::regnamespace
      union all select c.relacl from pg_class c where c.relnamespace = 'lethe'::regnamespace and c.relkind in ('r', 'v', 'S')
      union all select n.nspacl from pg_namespace n where n.nspname = 'lethe'
    ) objects, aclexplode(objects.acl) a
    where a.grantee = 0
  `;
  expect(open).toEqual({ entries: 0 });
});

test("no default: every function of the schema has an access list of its own", async () => {
  const open =
    await db.sql`select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'lethe'::regnamespace and p.proacl is null`;
  expect([...open]).toEqual([]);
});

test("the views in the application's schema open nothing by themselves: the reader's own rights hold", async () => {
  const app = await db.as("app_user");
  await db.sql`grant select on users, posts to app_user`;
  const other = await db.as(intern);
  for (const view of ["active_users", "active_posts"]) {
    expect(await sqlState(app`select from ${app(view)}`)).toBe("none");
    // Default privileges opened the view to the intern, but not what is behind it.
    expect(await sqlState(other`select from ${other(view)}`)).toBe("42501");
    expect(await sqlState(other`delete from ${other(view)}`)).toBe("42501");
  }
});

test("a role that the annotation no longer names has nothing after the next migration", async () => {
  expect((await reach(helper)).map((row) => row.name)).toContain("lethe.pending");
  await apply(db.sql, await migrationFor(db.sql, erasure(["app_admin"])));
  expect([...(await reach(helper))]).toEqual([]);
  expect((await reach("app_admin")).map((row) => row.name)).toContain("lethe.pending");
  expect(await sqlState((await db.as(helper))`select from active_users`)).toBe("42501");
});

test("what somebody granted by hand is taken back by the next migration", async () => {
  await db.sql.unsafe(`grant select on lethe.deletion_request to app_user; grant execute on procedure lethe.anonymize(bigint[]) to app_user;
    grant select (preserved) on lethe.deletion_request to ${helper}; grant usage on sequence lethe.deletion_request_id_seq to app_user`);
  const before = (await reach("app_user")).map((row) => row.name);
  expect(before).toEqual(expect.arrayContaining(["lethe.anonymize(bigint[])", "lethe.deletion_request"]));
  await apply(db.sql, await migrationFor(db.sql, erasure(["app_admin"])));
  const after = (await reach("app_user")).map((row) => row.name);
  expect(after).not.toContain("lethe.anonymize(bigint[])");
  expect(after).not.toContain("lethe.deletion_request");
  expect(after).not.toContain("lethe.deletion_request_id_seq");
  const [column] =
    await db.sql`select has_any_column_privilege(${helper}, 'lethe.deletion_request', 'select') as still`;
  expect(column).toEqual({ still: false });
  const app = await db.as("app_user", { "app.user_id": "1" });
  expect(await sqlState(app`select lethe.schedule_deletion(1)`)).toBe("none");
});
