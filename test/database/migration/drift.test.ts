/** A database that isn't the one the annotation was made for: LT009 with the whole list, and nothing applied. */
import { describe, expect, test } from "vitest";
import { content, keep, pii, session, subject } from "../../../generator/index.ts";
import { createDatabase, type Database } from "../../support/database.ts";
import { apply, type Erasure, failureOf, migrationFor, terms } from "../../support/schema-case.ts";

const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: { id: keep(), email: pii.email(), bio: pii.null() },
    }),
    sessions: session(),
    posts: content({ columns: { body: pii.null(), kind: keep() } }),
  },
};

async function withSchema(test: (db: Database, migration: string) => Promise<void>): Promise<void> {
  const db = await createDatabase("empty");
  try {
    await db.sql.unsafe(`
      create table users (id bigint primary key, email text not null unique, bio text);
      create table sessions (id bigint primary key, user_id bigint not null references users);
      create table posts (id bigint primary key, author_id bigint not null references users, body text, kind varchar(10));
      create index on sessions (user_id); create index on posts (author_id);`);
    await test(db, await migrationFor(db.sql, erasure));
  } finally {
    await db.drop();
  }
}

const differences: [string, string, string][] = [
  ["a new column", "alter table users add phone text", "public.users.phone: nobody decided this column"],
  ["a column that is gone", "alter table users drop bio", "public.users.bio: expected text, found nothing"],
  [
    "another type",
    "alter table posts alter kind type varchar(20)",
    "public.posts.kind: expected character varying(10), found character varying(20)",
  ],
  [
    "NOT NULL",
    "alter table posts alter body set not null",
    "public.posts.body: expected text, found text not null",
  ],
  ["a table that is gone", "drop table posts", "public.posts.body: expected text, found nothing"],
  [
    "a new table that refers to people",
    "create table likes (user_id bigint references users)",
    "public.likes: nobody decided this table, which references public.users",
  ],
];

describe("before Lethe is there", () => {
  test.each(differences)("%s", (_, change, line) =>
    withSchema(async (db, migration) => {
      await db.sql.unsafe(change);
      const failure = await failureOf(apply(db.sql, migration));
      expect(failure.code).toBe("LT009");
      expect(failure.message?.split("\n")).toContain(line);
      expect(failure.hint).toContain("lethe sync");
      const [left] =
        await db.sql`select to_regnamespace('lethe') as schema, (select count(*)::integer from pg_trigger where not tgisinternal) as triggers`;
      expect(left).toEqual({ schema: null, triggers: 0 });
    }),
  );

  test("every difference at once", () =>
    withSchema(async (db, migration) => {
      const all = differences.filter(([name]) => name !== "a table that is gone");
      for (const [, change] of all) await db.sql.unsafe(change);
      const { message } = await failureOf(apply(db.sql, migration));
      expect(message?.split("\n").slice(1).sort()).toEqual(all.map(([, , line]) => line).sort());
    }));
});

describe("the team's own changes, with Lethe there", () => {
  test("columns that no view shows are altered and dropped freely", () =>
    withSchema(async (db, migration) => {
      await apply(db.sql, migration);
      await db.sql.unsafe(
        "alter table posts alter kind type text; alter table posts drop column body; alter table sessions add ip inet",
      );
    }));

  test("without a view every column of people can be altered, personal and frozen ones too", () =>
    withSchema(async (db) => {
      const plain: Erasure = {
        ...erasure,
        tables: {
          ...erasure.tables,
          users: subject({
            key: "id",
            rls: "hide",
            columns: { id: keep(), email: pii.email(), bio: pii.null() },
          }),
        },
      };
      await apply(db.sql, await migrationFor(db.sql, plain));
      await db.sql.unsafe(
        "alter table users alter bio type varchar(500); alter table users drop column bio; alter table users add phone text",
      );
      // The e-mail's placeholder check names its column, which a change of type rebuilds.
      await db.sql.unsafe("alter table users alter email type varchar(300)");
    }));

  test("a table that people's rows don't reach may come and go", () =>
    withSchema(async (db, migration) => {
      await db.sql`create table prices (id bigint primary key, amount numeric)`;
      await apply(db.sql, migration);
      await db.sql`drop table prices`;
      await apply(db.sql, migration);
    }));
});
