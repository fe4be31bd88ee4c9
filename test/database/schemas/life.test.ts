/** A whole life under every kind of key, and with names that need quotes everywhere they can stand. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  blocker,
  content,
  keep,
  pii,
  secret,
  session,
  subject,
  table,
  via,
} from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { type Erasure, installLethe, sqlState, terms } from "../../support/schema-case.ts";

/** What a detached row's owner becomes is NULL, which the domain refuses. */
const base = (type: string) => (type === "public.person_id" ? "uuid" : type);
const quoted = (name: string) => `"${name}"`;
const me = quoted("User");

const erasure = (keyType: string): Erasure => ({
  ...terms,
  access: { ...terms.access, currentUser: `nullif(current_setting('app.user_id', true), '')::${keyType}` },
  tables: {
    "My App.User": subject({
      key: "e-Mail",
      view: "Live Users",
      rls: "hide",
      columns: {
        "e-Mail": keep("the key"),
        order: pii.null(),
        "Name with space": pii.replace("Gone 'for good'"),
        address: pii.email(),
        select: secret({ to: "!" }),
        'pending"address': pii.null({ at: "schedule", restore: true }),
      },
    }),
    "My App.Session": session({ owner: "subject" }),
    // Columns called as variables of the emitted functions are.
    "My App.subjects": table({
      columns: {
        subject: keep(),
        subjects: pii.null(),
        strategy: pii.null(),
        t: pii.replace("t"),
        chunk: pii.null(),
        name: pii.null(),
        due: pii.null(),
        kept: pii.null(),
      },
      rules: [content({ owner: "request" }), content({ owner: "other", rows: "detach" })],
    }),
    "My App.Child of": content({ owner: via("My App.subjects"), rows: "delete" }),
    "My App.Soft": content({ owner: "user", columns: { text: pii.null() } }),
    "My App.Block": blocker({
      owner: "owner",
      where: 't."Active"',
      message: "has {count} blocks",
      columns: { Active: keep() },
      otherwise: content({ rows: "delete" }),
    }),
  },
});

const schema = (keyType: string, softType: string) => `
  create schema "My App";
  set local search_path = "My App";
  create table ${me} (
    "e-Mail" ${keyType} primary key, "order" text, "Name with space" text not null, address text not null unique,
    "select" text not null, "pending""address" text
  );
  create table "Session" ("Id" bigint generated always as identity primary key, subject ${keyType} not null references ${me} on delete cascade);
  create index on "Session" (subject);
  create table subjects (
    subject bigint primary key, request ${keyType} references ${me}, other ${base(keyType)} references ${me},
    subjects text, strategy text, t text, chunk text, name text, due text, kept text
  );
  create index on subjects (request); create index on subjects (other);
  create table "Child of" (id bigint generated always as identity primary key, "Parent" bigint not null references subjects);
  create index on "Child of" ("Parent");
  create table "Soft" (id bigint generated always as identity primary key, "user" ${softType}, text text);
  create index on "Soft" ("user");
  create table "Block" (id bigint generated always as identity primary key, owner ${keyType} references ${me}, "Active" boolean not null);
  create index on "Block" (owner);
  grant usage on schema "My App" to app_user;
  grant select, insert, update, delete on all tables in schema "My App" to app_user;
`;

type Case = {
  name: string;
  key: string;
  soft: string;
  before?: string;
  keys: [string, string, string, string];
};

const uuids = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const cases: Case[] = [
  { name: "text", key: "text", soft: "varchar(80)", keys: ['o\'Hara \\ "x"', "b", "c", "d"] },
  { name: "varchar(21)", key: "varchar(21)", soft: "text", keys: ["V1StGXR8_Z5jdHi6B-myT", "b", "c", "d"] },
  { name: "char(12)", key: "char(12)", soft: "text", keys: ["ab", "bcdefghijklm", "c", "d"] },
  { name: "bigint", key: "bigint", soft: "text", keys: ["9007199254740993", "-2", "3", "4"] },
  { name: "integer", key: "integer", soft: "text", keys: ["2147483647", "-2", "3", "4"] },
  { name: "smallint", key: "smallint", soft: "bigint", keys: ["32767", "-2", "3", "4"] },
  { name: "uuid", key: "uuid", soft: "text", keys: [uuids(1), uuids(2), uuids(3), uuids(4)] },
  {
    name: "a domain over uuid",
    key: "public.person_id",
    soft: "text",
    before: "create domain public.person_id as uuid check (value is not null);",
    keys: [uuids(1), uuids(2), uuids(3), uuids(4)],
  },
];

describe.each(cases)("$name", ({ key, soft, before, keys }) => {
  const db = useDatabase("empty");
  const [a, b, c, d] = keys;

  beforeAll(async () => {
    await db.sql.begin((sql) => sql.unsafe((before ?? "") + schema(key, soft)));
    await db.sql.begin(async (sql) => {
      await sql`set local search_path = "My App"`;
      // Sent as text, read as the key's own type: no driver has to know a domain.
      const typed = (value: string) => sql.unsafe(`${literal(value)}::${key}`);
      for (const [n, person] of keys.entries()) {
        await sql`insert into "User" values (${typed(person)}, 'order', ${`Name ${n}`}, ${`p${n}@example.com`}, 'secret', 'pending@example.com')`;
      }
      for (const [n, person] of keys.entries()) {
        await sql`insert into "Session" (subject) values (${typed(person)}), (${typed(person)})`;
        await sql`insert into subjects values (${n}, ${typed(person)}, ${typed(d)}, 'a', 'b', 'c', 'd', 'e', 'f', 'g')`;
        await sql`insert into "Child of" ("Parent") values (${n})`;
        await sql`insert into "Soft" ("user", text) values (${sql.unsafe(`(${literal(person)}::${key})::${soft}`)}, 'mine')`;
      }
      await sql`insert into "Block" (owner, "Active") values (${typed(a)}, true)`;
      if (soft === "text")
        await sql`insert into "Soft" ("user", text) values ('no key at all', 'somebody else''s')`;
    });
    // Nobody signed in is NULL, which a domain may refuse: the signed-in subject is of the type below it.
    await installLethe(db.sql, erasure(base(key)));
  });

  const call = (statement: string, person: string) =>
    db.sql.unsafe(statement.replaceAll("$key", `${literal(person)}::${key}`));
  const row = async (person: string) =>
    (await call('select * from "My App"."User" where "e-Mail" = $key', person))[0];

  test("blocked, then scheduled, guarded, cancelled, and scheduled again after the cooldown", async () => {
    expect(await sqlState(call("select lethe.schedule_deletion($key)", a))).toBe("LT003");
    expect(await call("select * from lethe.deletion_blockers($key)", a)).toMatchObject([
      { message: "has {count} blocks".replace("{count}", "1"), blocking: true },
    ]);
    await db.sql`update "My App"."Block" set "Active" = false`;

    const explained = await call(
      "select table_name, action, rows::integer from lethe.explain_deletion($key, 'anonymize') order by 1, 2",
      a,
    );
    expect(explained.find((each) => each.table_name === "My App.Session")).toMatchObject({
      action: "delete",
      rows: 2,
    });

    const live = await row(a);
    await call("select lethe.schedule_deletion($key)", a);
    expect(await row(a)).toMatchObject({ 'pending"address': null, select: "secret", order: "order" });
    expect(await call('select from "My App"."Session" where subject = $key', a)).toHaveLength(0);
    expect(await sqlState(call('insert into "My App"."Session" (subject) values ($key)', a))).toBe("LT010");
    expect(await call("select (lethe.deletion_status($key)).*", a)).toMatchObject([
      { status: "scheduled", days_remaining: 14 },
    ]);
    expect(await sqlState(call("select lethe.schedule_deletion($key)", a))).toBe("LT001");

    const app = await db.as("app_user");
    const seen = await app`select "e-Mail"::text as key from "My App"."Live Users"`;
    expect(seen.map((each) => each.key).sort()).toEqual([b, c, d].sort());
    expect(await app`select from "My App"."User"`).toHaveLength(3);

    await call("select lethe.cancel_deletion($key)", a);
    expect(await row(a)).toEqual(live);
    expect(await sqlState(call("select lethe.schedule_deletion($key)", a))).toBe("LT004");
    await db.sql`update lethe.deletion_request set cancelled_at = cancelled_at - interval '25 hours'`;
    expect(await sqlState(call("select lethe.schedule_deletion($key)", a))).toBe("none");
  });

  test("anonymized", async () => {
    expect(await call("select lethe.execute_deletion($key, early => true) as state", a)).toMatchObject([
      { state: "completed" },
    ]);
    expect(await row(a)).toMatchObject({ order: null, "Name with space": "Gone 'for good'", select: "!" });
    expect((await row(a))?.address).toBe(`deleted_${trimmed(a, key)}@deleted.invalid`);
    const [content] = await call('select * from "My App".subjects where request = $key', a);
    expect(content).toMatchObject({
      subjects: null,
      strategy: null,
      t: "t",
      chunk: null,
      name: null,
      due: null,
      kept: null,
    });
    expect(
      await db.sql`select "Parent"::integer as parent from "My App"."Child of" order by 1`,
    ).toMatchObject([{ parent: 1 }, { parent: 2 }, { parent: 3 }]);
    expect(await sqlState(call(`update "My App"."User" set "order" = 'back' where "e-Mail" = $key`, a))).toBe(
      "LT011",
    );
    expect(await call("select (lethe.deletion_status($key)).status", a)).toMatchObject([
      { status: "deleted" },
    ]);
  });

  test("the address is free for somebody new", async () => {
    const next =
      key === "smallint" || key === "integer" || key === "bigint"
        ? "77"
        : key === "uuid" || key.includes("person")
          ? uuids(7)
          : "new one";
    expect(
      await sqlState(
        call(`insert into "My App"."User" values ($key, null, 'New', 'p0@example.com', 'x', null)`, next),
      ),
    ).toBe("none");
  });

  test("soft-deleted", async () => {
    await call("select lethe.schedule_deletion($key, 'soft_delete', grace => '0')", b);
    expect(await db.sql`select (lethe.execute_due_deletions()).executed`).toMatchObject([{ executed: 1 }]);
    expect(await row(b)).toMatchObject({ order: "order", select: "!" });
    expect(await call("select (lethe.deletion_status($key)).status", b)).toMatchObject([
      { status: "deleted" },
    ]);
  });

  test("hard-deleted, with soft references; the other side of shared rows stays", async () => {
    await call("select lethe.schedule_deletion($key, 'hard_delete', grace => '0')", c);
    await call("select lethe.schedule_deletion($key, 'hard_delete', grace => '0')", d);
    expect(await db.sql`select * from lethe.execute_due_deletions()`).toMatchObject([
      { executed: 2, failed: 0 },
    ]);
    expect(await row(c)).toBeUndefined();
    expect(await db.sql`select subject::integer as id, other from "My App".subjects order by 1`).toEqual([
      { id: 0, other: null },
      { id: 1, other: null },
    ]);
    // a's text is erased, b's is not; c's and d's rows are gone; what holds no key is nobody's.
    const left = await db.sql`select text from "My App"."Soft" order by id`;
    expect(left.map((each) => each.text)).toEqual([
      null,
      "mine",
      ...(soft === "text" ? ["somebody else's"] : []),
    ]);
  });

  test("somebody new under the key of a row that was deleted lives and leaves as anybody", async () => {
    await call(`insert into "My App"."User" values ($key, 'o', 'Again', 'p2@example.com', 'x', null)`, c);
    expect(await call("select (lethe.deletion_status($key)).status", c)).toMatchObject([
      { status: "not_scheduled" },
    ]);
    expect(await sqlState(call('insert into "My App"."Session" (subject) values ($key)', c))).toBe("none");
    await call("select lethe.schedule_deletion($key, grace => '0')", c);
    expect(await call("select lethe.execute_deletion($key) as state", c)).toMatchObject([
      { state: "completed" },
    ]);
    expect(await row(c)).toMatchObject({ order: null });
    expect(await sqlState(call("select lethe.schedule_deletion($key)", c))).toBe("LT001");
  });
});

function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function trimmed(value: string, key: string): string {
  return key.startsWith("char") ? value.trimEnd() : value;
}
