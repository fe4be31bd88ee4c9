/**
 * What hiding does to statements of the application's own, as docs/application.md tells the team, and what it must keep
 * doing when a migration replaces the views (PITFALLS 13).
 */
import { beforeEach, describe, expect, test } from "vitest";
import { content, keep, pii, presets, subject } from "../../../generator/index.ts";
import { schedule, useScenario } from "../../support/scenario.ts";
import { type Erasure, failureOf, installLethe, sqlState, terms } from "../../support/schema-case.ts";

const erasure = (more: { users?: object; posts?: object } = {}): Erasure => ({
  ...terms,
  access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), email: pii.email(), name: pii.null(), ...more.users },
    }),
    posts: content({ view: "active_posts", columns: { body: pii.null(), ...more.posts } }),
  },
});
const db = useScenario(
  `create table users (id bigint primary key, email text not null unique, name text);
   create table posts (id bigint generated always as identity primary key, user_id bigint not null references users, body text);
   create index on posts (user_id);
   grant select, insert, update on users, posts to app_user;`,
  erasure(),
);
const views = ["active_users", "active_posts"];
const [hidden, live] = [1, 2];

beforeEach(async () => {
  if ((await db.sql`select from users`).length > 0) return;
  await db.sql`insert into users values (${hidden}, 'one@example.com', 'One'), (${live}, 'two@example.com', 'Two')`;
  await db.sql`insert into posts (user_id, body) values (${hidden}, 'one'), (${live}, 'two')`;
  await schedule(db.sql, hidden);
});

describe("statements that meet somebody hidden", () => {
  const insert = `insert into users values (${hidden}, 'new@example.com', 'New')`;
  test("insert: 23505, as for everybody who is there", async () => {
    const app = await db.as("app_user");
    expect(await sqlState(app.unsafe(insert))).toBe("23505");
  });
  test("on conflict do update: 42501, and nothing changes", async () => {
    const app = await db.as("app_user");
    const upsert = `${insert} on conflict (id) do update set name = excluded.name`;
    expect(await sqlState(app.unsafe(upsert))).toBe("42501");
    expect(await db.sql`select name from users where id = ${hidden}`).toEqual([{ name: "One" }]);
  });
  test("on conflict do nothing: no row, no error", async () => {
    const app = await db.as("app_user");
    expect(await app.unsafe(`${insert} on conflict do nothing returning id`)).toHaveLength(0);
  });
  test("a soft delete of the application's own fails, and hides nobody behind Lethe's back", async () => {
    const app = await db.as("app_user");
    const failure = await failureOf(app`update users set deleted_at = now() where id = ${live}`);
    expect(failure).toMatchObject({
      code: "42501",
      message: 'new row violates row-level security policy "lethe_hide" for table "users"',
    });
    expect(await app`select id::integer from active_users`).toEqual([{ id: live }]);
  });
});

describe("a migration that replaces the views", () => {
  const isInvoker = async () =>
    db.sql<{ name: string; options: string[] | null }[]>`
      select c.relname as name, c.reloptions as options from pg_class c where c.relname = any (${views}) order by 1 desc
    `;
  /** A policy of the team's, which a view with its owner's rights would pass. */
  const seen = async () => {
    const app = await db.as("app_user");
    return Promise.all(views.map(async (view) => (await app`select from ${app(view)}`).length));
  };
  test.each([
    ["columns that come at the end", "note", "extra"],
    // Replaced in place that fails: the view is dropped and made anew.
    ["a column that goes", "", ""],
  ])("%s: the reader's own rights hold before and after", async (_, user, post) => {
    await db.sql.unsafe(
      user === ""
        ? "drop view active_users, active_posts; alter table users drop column note; alter table posts drop column extra"
        : `alter table users add ${user} text; alter table posts add ${post} text;
           alter table posts enable row level security;
           create policy own on posts for select to app_user using (user_id <> ${live})`,
    );
    const added = (name: string) => (name === "" ? {} : { [name]: pii.null() });
    await installLethe(db.sql, erasure({ users: added(user), posts: added(post) }));
    expect(await isInvoker()).toEqual(views.map((name) => ({ name, options: ["security_invoker=true"] })));
    expect(await seen()).toEqual([1, 0]);
  });

  test("one that the team replaced without the WITH clause is drift, until a migration makes it anew", async () => {
    const drift = () => db.sql`select kind, object, severity, found from lethe.drift`;
    expect(await drift()).toEqual([]);
    await db.sql`create or replace view active_posts as select * from posts`;
    expect(await seen()).toEqual([1, 2]);
    expect(await drift()).toEqual([
      { kind: "own view", object: "public.active_posts", severity: "warn", found: "with its owner's rights" },
    ]);
    await installLethe(db.sql, erasure());
    expect(await drift()).toEqual([]);
    expect(await seen()).toEqual([1, 0]);
  });
});
