/** lethe.drift: each way in which a database leaves the one that its annotation knows; 0 → 1 → 0 rows. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ack,
  content,
  keep,
  match,
  part,
  pii,
  session,
  subject,
  unrelated,
  via,
} from "../../../generator/index.ts";
import { createDatabase, type Database } from "../../support/database.ts";
import {
  apply,
  type Erasure,
  failureOf,
  installLethe,
  migrationFor,
  terms,
} from "../../support/schema-case.ts";

const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({
      key: "id",
      rls: "hide",
      columns: { id: keep(), email: pii.email(), bio: pii.null(), member_no: keep() },
      triggers: { stamp: ack("only sets a time") },
    }),
    sessions: session(),
    'odd"one': session(),
    posts: content({ columns: { body: pii.null(), kind: keep(), "Odd name": keep() } }),
    likes: content({ rows: "delete" }),
    prices: unrelated("no people in it"),
    profiles: part({ owner: "user_id", columns: { bio: pii.null(), handle: keep() } }),
    invites: content({ owner: match("email", { if: "true" }), rows: "delete" }),
    badges: content({ owner: via("users", { columns: ["no"], references: ["member_no"] }), rows: "delete" }),
  },
};

const schema = `
  create table users (id bigint primary key, email text not null unique, bio text, member_no integer);
  create unique index users_member on users (member_no) include (email);
  create table profiles (id bigint primary key, user_id bigint not null, handle text unique, bio text);
  create unique index profiles_user on profiles (user_id);
  create table invites (id bigint primary key, email text); create index on invites (email);
  create table badges (id bigint primary key, no integer); create index on badges (no);
  create table sessions (id bigint primary key, user_id bigint not null references users);
  create table posts (id bigint primary key, author_id bigint not null references users, body text, kind varchar(10), "Odd name" text);
  create table likes (id bigint primary key, user_id bigint references users);
  create table prices (id bigint primary key, amount integer);
  create table "odd""one" (user_id bigint not null references users); create index on "odd""one" (user_id);
  create index on sessions (user_id); create index on posts (author_id); create index likes_user on likes (user_id);
  create function stamp() returns trigger language plpgsql as $$ begin return new; end $$;
  create function other() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger stamp before update on users for each row execute function stamp();
  create trigger new_post before insert on posts for each row execute function stamp();`;

let db: Database;
beforeAll(async () => {
  db = await createDatabase("empty");
  await db.sql.unsafe(schema);
  await installLethe(db.sql, erasure);
});
afterAll(() => db.drop());

const all = ["anonymize", "hard_delete", "soft_delete"];
type Row = [table: string, kind: string, object: string, severity: string, strategies: string[]];

const cases: [what: string, change: string, rows: Row[]][] = [
  [
    "a new column where rows stay",
    "alter table users add phone text",
    [["public.users", "column", "phone", "error", ["anonymize", "soft_delete"]]],
  ],
  [
    "a new column of content",
    "alter table posts add title text",
    [["public.posts", "column", "title", "error", ["anonymize"]]],
  ],
  [
    "a new column that goes with its row",
    "alter table sessions add ip inet",
    [["public.sessions", "column", "ip", "warn", []]],
  ],
  ["a column that is gone", "alter table users drop bio", [["public.users", "column", "bio", "error", all]]],
  [
    "another type",
    "alter table users alter bio type varchar(20)",
    [["public.users", "column", "bio", "error", all]],
  ],
  [
    "another type of what is kept",
    "alter table posts alter kind type varchar(20)",
    [["public.posts", "column", "kind", "warn", []]],
  ],
  [
    "NOT NULL",
    "alter table posts alter body set not null",
    [["public.posts", "column", "body", "error", ["anonymize", "hard_delete"]]],
  ],
  [
    "a table that is gone",
    "drop table likes",
    [
      ["public.likes", "foreign key", "(user_id) references public.users (id)", "warn", []],
      ["public.likes", "table", "public.likes", "error", ["anonymize", "hard_delete"]],
    ],
  ],
  [
    "a new table that refers to people",
    "create table votes (user_id bigint references users)",
    [["public.votes", "table", "(user_id) references public.users (id)", "error", all]],
  ],
  [
    "a new table that refers to rows that go",
    "create table replies (post_id bigint references posts)",
    [["public.replies", "table", "(post_id) references public.posts (id)", "error", ["hard_delete"]]],
  ],
  [
    "an unrelated table that refers to people",
    "alter table prices add user_id bigint references users",
    [["public.prices", "table", "(user_id) references public.users (id)", "error", all]],
  ],
  [
    "another action of a foreign key",
    "alter table sessions drop constraint sessions_user_id_fkey, add foreign key (user_id) references users on delete cascade",
    [["public.sessions", "foreign key", "(user_id) references public.users (id)", "error", ["hard_delete"]]],
  ],
  [
    "a foreign key that is gone",
    "alter table sessions drop constraint sessions_user_id_fkey",
    [["public.sessions", "foreign key", "(user_id) references public.users (id)", "warn", []]],
  ],
  [
    "a new trigger",
    "create trigger more after update on posts for each row execute function other()",
    [["public.posts", "trigger", "more", "warn", ["anonymize", "hard_delete"]]],
  ],
  [
    "a new trigger that erasure doesn't fire",
    "create trigger more after insert on posts for each row execute function other()",
    [["public.posts", "trigger", "more", "warn", []]],
  ],
  [
    "another body of a trigger's function",
    "create or replace function stamp() returns trigger language plpgsql as $$ begin return null; end $$",
    [
      ["public.users", "trigger", "stamp", "warn", all],
      ["public.posts", "trigger", "new_post", "warn", []],
    ],
  ],
  [
    "a trigger that is gone",
    "drop trigger stamp on users",
    [["public.users", "trigger", "stamp", "warn", []]],
  ],
  [
    "a trigger of Lethe's that is gone",
    "drop trigger lethe_freeze on users",
    [["public.users", "own trigger", "lethe_freeze", "error", all]],
  ],
  [
    "a trigger of Lethe's that is disabled",
    "alter table sessions disable trigger lethe_guard",
    [["public.sessions", "own trigger", "lethe_guard", "error", all]],
  ],
  [
    "the log's own guard",
    "alter table lethe.deletion_event disable trigger user",
    [["lethe.deletion_event", "own trigger", "lethe_append_only", "error", []]],
  ],
  [
    "a policy of Lethe's that is gone",
    "drop policy lethe_hide on users",
    [["public.users", "own policy", "lethe_hide", "error", all]],
  ],
  [
    "row security switched off",
    "alter table users disable row level security",
    [["public.users", "own row security", "public.users", "error", all]],
  ],
  [
    "the placeholder check",
    "alter table users drop constraint lethe_placeholder",
    [["public.users", "own constraint", "lethe_placeholder", "error", all]],
  ],
  [
    "an index that owners are found by",
    "drop index likes_user",
    [["public.likes", "index", "user_id", "warn", []]],
  ],
  [
    "the index that keeps a part's row one person's",
    "drop index profiles_user; create index on profiles (user_id)",
    [["public.profiles", "unique index", "user_id", "error", ["anonymize", "hard_delete"]]],
  ],
  [
    "such an index, partial, or unique by more",
    "drop index profiles_user; create unique index on profiles (user_id) where handle is not null; create unique index on profiles (user_id, handle)",
    [["public.profiles", "unique index", "user_id", "error", ["anonymize", "hard_delete"]]],
  ],
  [
    "values that rows are found by",
    "alter table users drop constraint users_email_key; create index on users (email)",
    [["public.users", "unique index", "email", "error", all]],
  ],
  [
    "what rows point at instead of the key",
    "drop index users_member; create index on users (member_no)",
    [["public.users", "unique index", "member_no", "error", all]],
  ],
  [
    "such an index, partial",
    "drop index likes_user; create index on likes (user_id) where id > 7",
    [["public.likes", "index", "user_id", "warn", []]],
  ],
];

test.each(cases)("%s", async (_, change, rows) => {
  expect(await drift()).toEqual([]);
  await db.sql
    .begin(async (tx) => {
      await tx.unsafe(change);
      const found = await tx<{ row: Row }[]>`
        select json_build_array(table_name, kind, object, severity, strategies) as row from lethe.drift`;
      expect(found.map(({ row }) => row).sort()).toEqual([...rows].sort());
      const [same] = await tx`select count(*)::integer as n from lethe.drift where expected = found`;
      expect(same?.n).toBe(0);
      throw new RollBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    });
  expect(await drift()).toEqual([]);
});

test("what another index or a name does as well is no difference", () =>
  changed(
    "drop index likes_user; create index on likes (user_id, id) where user_id is not null; create unique index on profiles (user_id) include (bio); drop index profiles_user; alter table sessions rename constraint sessions_user_id_fkey to renamed; alter table prices add currency text",
    async () => expect(await drift()).toEqual([]),
  ));

test("types are printed as in the snapshot, whoever looks with whatever search path", async () => {
  await db.sql.begin(async (tx) => {
    await tx.unsafe(
      "set local search_path = public; set local quote_all_identifiers = on; set local role app_worker",
    );
    expect(await tx`select * from lethe.drift`).toHaveLength(0);
  });
  expect(await failureOf(db.as("app_user").then((sql) => sql`select * from lethe.drift`))).toMatchObject({
    code: "42501",
  });
});

describe("the migration", () => {
  test("refuses where a trigger is new", async () => {
    const migration = await migrationFor(db.sql, erasure);
    await changed(
      "create trigger more after update on posts for each row execute function other()",
      async () => {
        const failure = await failureOf(apply(db.sql, migration));
        expect(failure).toMatchObject({ code: "LT009", hint: expect.stringContaining("lethe sync") });
        expect(failure.message).toContain(
          "public.posts: trigger more: expected no such trigger, found after update for each row calls public.other",
        );
      },
      "drop trigger more on posts",
    );
  });

  test("mends what somebody dropped of Lethe's", async () => {
    await db.sql.unsafe("drop trigger lethe_freeze on users");
    expect(await drift()).toHaveLength(1);
    await installLethe(db.sql, erasure);
    expect(await drift()).toEqual([]);
  });
});

class RollBack extends Error {}

async function drift(): Promise<unknown[]> {
  return [...(await db.sql`select * from lethe.drift`)];
}

async function changed(change: string, look: () => Promise<void>, back?: string): Promise<void> {
  await db.sql.unsafe(change);
  try {
    await look();
  } finally {
    if (back !== undefined) await db.sql.unsafe(back);
  }
}
