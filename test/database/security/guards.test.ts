/** Guards where the schema doesn't help them: no foreign key, a key in a column of another type, a polymorphic pair. */
import { beforeAll, expect, test } from "vitest";
import {
  credential,
  keep,
  ownerSql,
  pii,
  polymorphic,
  session,
  subject,
  table,
  via,
} from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { type Erasure, failureOf, installLethe, sqlState, terms } from "../../support/schema-case.ts";

const db = useDatabase("empty");
const erasure: Erasure = {
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({ key: "id", rls: "hide", columns: { id: keep(), email: pii.email() } }),
    sessions: session({ owner: "user_id" }),
    tokens: session({ owner: polymorphic({ type: "owner_type", id: "owner_id", value: "User" }) }),
    devices: session({
      owner: ownerSql("(t.info ->> 'user')::bigint"),
      where: "t.kind = 'phone' and t.revoked_at is null",
    }),
    grants: table({ rules: [credential({ owner: "giver" }), credential({ owner: "taker" })] }),
  },
};

beforeAll(async () => {
  await db.sql.unsafe(`
    create table users (id bigint primary key, email text not null unique);
    create table sessions (id bigint generated always as identity primary key, user_id text);
    create table tokens (id bigint generated always as identity primary key, owner_type text not null, owner_id text not null);
    create table grants (id bigint generated always as identity primary key, giver bigint, taker text);
    create table devices (id bigint generated always as identity primary key, kind text, info jsonb, revoked_at timestamptz);
    create index on devices (((info ->> 'user')::bigint)) where kind = 'phone';
    create index on sessions (user_id); create index on tokens (owner_type, owner_id); create index on grants (giver); create index on grants (taker);
    insert into users select n, n || '@example.com' from generate_series(1, 9) n;
    grant select, insert, update on all tables in schema public to app_user;
  `);
  await installLethe(db.sql, erasure);
  await db.sql`select lethe.schedule_deletion(1)`;
  await db.sql`select lethe.schedule_deletion(2, 'hard_delete', grace => '0')`;
  await db.sql`select lethe.schedule_deletion(3, 'anonymize', grace => '0')`;
  expect(await db.sql`select * from lethe.execute_due_deletions()`).toMatchObject([{ executed: 2 }]);
});

test.each([1, 2, 3])(
  "person %i, in grace or gone, hard-deleted too: LT010 in every table and column",
  async (who) => {
    for (const sql of [db.sql, await db.as("app_user")]) {
      const failure = await failureOf(sql`insert into sessions (user_id) values (${String(who)})`);
      expect(failure).toMatchObject({ code: "LT010", detail: expect.stringContaining(`"${who}"`) });
      expect(
        await sqlState(sql`insert into tokens (owner_type, owner_id) values ('User', ${String(who)})`),
      ).toBe("LT010");
      expect(await sqlState(sql`insert into grants (giver) values (${who})`)).toBe("LT010");
      expect(await sqlState(sql`insert into grants (giver, taker) values (4, ${String(who)})`)).toBe("LT010");
    }
  },
);

test("by an UPDATE of either half of the pair", async () => {
  const [made] = await db.sql`insert into tokens (owner_type, owner_id) values ('Shop', '1') returning id`;
  expect(await sqlState(db.sql`update tokens set owner_type = 'User' where id = ${made?.id}`)).toBe("LT010");
  await db.sql`update tokens set owner_type = 'User', owner_id = '5' where id = ${made?.id}`;
  expect(await sqlState(db.sql`update tokens set owner_id = '1' where id = ${made?.id}`)).toBe("LT010");
});

test("live people, nobody, and what is no key at all pass", async () => {
  for (const owner of ["5", null, "anonymous", "99999999999999999999999", "", "1000"])
    expect(await sqlState(db.sql`insert into sessions (user_id) values (${owner})`), String(owner)).toBe(
      "none",
    );
  expect(await sqlState(db.sql`insert into tokens (owner_type, owner_id) values ('Shop', '1')`)).toBe("none");
  expect(await sqlState(db.sql`insert into tokens (owner_type, owner_id) values ('User', 'robot')`)).toBe(
    "none",
  );
  expect(await sqlState(db.sql`insert into grants (giver, taker) values (5, 'anybody')`)).toBe("none");
});

test("COPY and inserts of many rows at once are guarded row by row", async () => {
  expect(
    await sqlState(db.sql`insert into sessions (user_id) select n::text from generate_series(1, 9) n`),
  ).toBe("LT010");
  expect(await db.sql`select from sessions where user_id = '9'`).toHaveLength(0);
});

test("a guard is about the rows that its rule's where names, and about those that become such", async () => {
  const phone = (who: number, more = "") =>
    `insert into devices (kind, info, revoked_at) values ('phone', '{"user": ${who}}', ${more || "null"}) returning id`;
  expect(await sqlState(db.sql.unsafe(phone(1)))).toBe("LT010");
  const [revoked] = await db.sql.unsafe(phone(1, "now()"));
  // What the rule doesn't name needn't have an owner that can be read.
  const [other] =
    await db.sql`insert into devices (kind, info) values ('printer', '{"user": "hp-7"}') returning id`;
  await db.sql`insert into devices (kind, info) values (null, '{"user": 1}')`;
  await db.sql.unsafe(phone(5));
  expect(await sqlState(db.sql`update devices set revoked_at = null where id = ${revoked?.id}`)).toBe(
    "LT010",
  );
  await db.sql`update devices set info = '{"user": 1, "os": "x"}' where id = ${revoked?.id}`;
  expect(
    await sqlState(db.sql`update devices set kind = 'phone', info = '{"user": 2}' where id = ${other?.id}`),
  ).toBe("LT010");
  await db.sql`update devices set kind = 'phone', info = '{"user": 6}' where id = ${other?.id}`;
  expect(await sqlState(db.sql`update devices set info = '{"user": 3}' where id = ${other?.id}`)).toBe(
    "LT010",
  );
});

const wide = useDatabase("empty");
test("a wider integer than the key is a key where it can be one", async () => {
  await wide.sql.unsafe(`
    create table users (id integer primary key, email text);
    create table sessions (id bigint generated always as identity primary key, user_id bigint);
    create index on sessions (user_id);
    insert into users values (1, 'a@example.com'), (2, 'b@example.com');
  `);
  await installLethe(wide.sql, {
    ...terms,
    access: { ...terms.access, currentUser: "null" },
    tables: {
      users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      sessions: session({ owner: "user_id" }),
    },
  });
  await wide.sql`select lethe.schedule_deletion(1)`;
  expect(await sqlState(wide.sql`insert into sessions (user_id) values (1)`)).toBe("LT010");
  await wide.sql`insert into sessions (user_id) values (2), (99999999999)`;
});

const below = useDatabase("empty");
test("below a parent: its conditions and all of its rules count", async () => {
  await below.sql.unsafe(`
    create table users (id bigint primary key, email text not null unique);
    create table accounts (
      id bigint generated always as identity primary key, owner_id text, delegate_id bigint, revoked boolean default false
    );
    create table devices (id bigint generated always as identity primary key, account_id bigint references accounts);
    create table tokens (
      id bigint generated always as identity primary key, device_id bigint references devices, kind text default 'web'
    );
    create index on accounts (owner_id); create index on accounts (delegate_id);
    create index on devices (account_id); create index on tokens (device_id);
    insert into users select n, n || '@example.com' from generate_series(1, 9) n;
    insert into accounts (owner_id, delegate_id, revoked)
    values ('1', 5, false), ('1', 5, true), ('5', 1, false), ('5', 6, false), ('robot', null, false);
    insert into devices (account_id) select n from generate_series(1, 5) n;
  `);
  await installLethe(below.sql, {
    ...terms,
    access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
    tables: {
      users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      accounts: table({
        rules: [
          credential({ owner: "owner_id", where: "not t.revoked" }),
          credential({ owner: "delegate_id", where: "not t.revoked" }),
        ],
      }),
      devices: credential({ owner: via("accounts") }),
      tokens: session({ owner: via("devices"), where: "t.kind <> 'machine'" }),
    },
  });
  await below.sql`select lethe.schedule_deletion(1)`;
  const token = (device: number, kind = "web") =>
    below.sql`insert into tokens (device_id, kind) values (${device}, ${kind}) returning id`;
  // Their own account, and somebody else's that they may use.
  for (const device of [1, 3]) expect(await sqlState(token(device)), String(device)).toBe("LT010");
  // Nobody's under the rules: an account that was revoked, one of others, one without a person, no device.
  for (const device of [2, 4, 5, null as never])
    expect(await sqlState(token(device)), String(device)).toBe("none");
  expect(await sqlState(token(1, "machine"))).toBe("none");
  expect(await sqlState(below.sql`insert into devices (account_id) values (1)`)).toBe("LT010");
  expect(await sqlState(below.sql`insert into devices (account_id) values (2)`)).toBe("none");

  // What becomes theirs arrives; what is theirs may change, and go elsewhere.
  const [free] = await token(4);
  const [quiet] = await token(1, "machine");
  const to = (id: unknown, device: number) =>
    sqlState(below.sql`update tokens set device_id = ${device} where id = ${id as number}`);
  expect(await to(free?.id, 1)).toBe("LT010");
  expect(await to(free?.id, 5)).toBe("none");
  expect(await sqlState(below.sql`update tokens set kind = 'web' where id = ${quiet?.id}`)).toBe("LT010");
  await below.sql`alter table tokens disable trigger lethe_guard`;
  const [theirs] = await token(1);
  await below.sql`alter table tokens enable trigger lethe_guard`;
  expect(await to(theirs?.id, 3)).toBe("none");
  expect(await sqlState(below.sql`update tokens set kind = 'app' where id = ${theirs?.id}`)).toBe("none");
});
