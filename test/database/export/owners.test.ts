/** Every way in which rows may be somebody's, each beside rows of another person that must not show. */
import { beforeAll, expect, test } from "vitest";
import {
  content,
  credential,
  defineErasure,
  keep,
  mfa,
  ownerSql,
  pii,
  polymorphic,
  retain,
  secret,
  session,
  subject,
  table,
  via,
} from "../../../generator/index.ts";
import { schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const wide = Array.from({ length: 120 }, (_, index) => `c${index} integer default ${index}`);

const db = useScenario(
  `create schema "Odd Schema";
   create table "Odd Schema"."Person" (
     "Key" text primary key, "E-mail" text unique, "it's" text, phrase text, invited_by text references "Odd Schema"."Person",
     password_digest text, shouted text generated always as (upper("it's")) stored);
   create table "Odd Schema"."order" (
     "select" integer primary key, "user" text references "Odd Schema"."Person", "E-mail" text references "Odd Schema"."Person" ("E-mail"), note text);
   create table threads (id integer primary key, a text references "Odd Schema"."Person", b text references "Odd Schema"."Person", title text, sent_at date);
   create table files (id integer primary key, thread_id integer references threads, name text, bytes integer);
   create table groups (id integer primary key, owner_id text references "Odd Schema"."Person", name text);
   create table members (group_id integer references groups, person_id text references "Odd Schema"."Person", nickname text, primary key (group_id, person_id));
   create table notes (about_type text, about_id text, body text);
   create table logs (data jsonb, body text);
   create table bills (id integer primary key, person_id varchar(20), paid boolean, name text, due date);
   create table wide (id integer primary key, person_id text references "Odd Schema"."Person", ${wide.join(", ")});
   create table hooks (id integer primary key, person_id text references "Odd Schema"."Person", url text, signing_secret text, token_count integer, "apiKey" text);
   create table visits (id uuid primary key default gen_random_uuid(), person_id text references "Odd Schema"."Person", agent text, data jsonb);
   create table passkeys (id integer primary key, person_id text references "Odd Schema"."Person", label text, public_key bytea, country_code text, backup_code text, handle text unique, raw_hash integer);
   create table factors (id integer primary key, person_id text references "Odd Schema"."Person", kind text, seed text);
   create index on "Odd Schema"."Person" (invited_by); create index on "Odd Schema"."order" ("user"); create index on "Odd Schema"."order" ("E-mail");
   create index on threads (a); create index on threads (b); create index on files (thread_id); create index on groups (owner_id);
   create index on members (person_id); create index on notes (about_id); create index on logs ((data ->> 'person'));
   create index on bills (person_id); create index on wide (person_id); create index on hooks (person_id);
   create index on visits (person_id); create index on passkeys (person_id); create index on factors (person_id);`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "soft_delete"] },
    options: { everything: false },
    tables: {
      "Odd Schema.Person": subject({
        key: "Key",
        columns: {
          Key: keep(),
          "E-mail": pii.null(),
          "it's": pii.null({ at: "schedule", restore: true }),
          phrase: secret(),
          invited_by: pii.null(),
          password_digest: pii.null(),
        },
      }),
      "Odd Schema.order": content({ owner: "user", columns: { "E-mail": pii.null(), note: pii.null() } }),
      threads: table({
        columns: { title: pii.null(), sent_at: keep() },
        rules: [content({ owner: "a" }), content({ owner: "b", rows: "detach" })],
      }),
      files: content({ owner: via("threads"), columns: { name: pii.null(), bytes: keep() } }),
      groups: content({ owner: "owner_id", columns: { name: pii.null() } }),
      members: table({
        columns: { nickname: pii.null() },
        rules: [
          content({ owner: "person_id", rows: "delete" }),
          content({ owner: via("groups"), rows: "delete" }),
        ],
      }),
      notes: content({
        owner: polymorphic({ type: "about_type", id: "about_id", value: "Person" }),
        when: "everything",
        columns: { body: pii.null() },
      }),
      logs: content({ owner: ownerSql("t.data ->> 'person'"), columns: { data: keep(), body: pii.null() } }),
      bills: retain({
        owner: "person_id",
        where: "t.paid",
        for: "7 years",
        since: "due",
        basis: "tax law",
        columns: { paid: keep(), name: pii.null(), due: keep() },
      }),
      wide: content({ owner: "person_id", rows: "delete" }),
      hooks: content({ owner: "person_id", rows: "delete" }),
      visits: session({ owner: "person_id" }),
      passkeys: credential({ owner: "person_id", suspend: "move" }),
      factors: mfa({ owner: "person_id" }),
    },
  }),
);

beforeAll(async () => {
  for (const [n, key] of ["ada's", "bob"].entries()) {
    await db.sql`insert into "Odd Schema"."Person" values (${key}, ${`${key}@x`}, ${`it ${key}`}, ${`SECRET ${key}`}, ${n === 0 ? null : "ada's"}, ${`SECRET ${key}`})`;
  }
  await db.sql`update "Odd Schema"."Person" set invited_by = 'bob' where "Key" = 'ada''s'`;
  for (const [n, key] of ["ada's", "bob"].entries()) {
    const other = n === 0 ? "bob" : "ada's";
    const id = (n + 1) * 10;
    const mine = `of ${key}`;
    await db.sql`insert into "Odd Schema"."order" values (${id + 1}, ${key}, ${`${other}@x`}, ${mine}), (${id}, ${key}, ${`${key}@x`}, ${mine})`;
    await db.sql`insert into threads values (${id}, ${key}, ${other}, ${mine}, '2024-05-06'), (${id + 1}, ${key}, ${key}, ${mine}, null)`;
    await db.sql`insert into files values (${id}, ${id}, ${mine}, ${id})`;
    await db.sql`insert into groups values (${id}, ${key}, ${mine})`;
    await db.sql`insert into members values (${id}, ${key}, ${mine}), (${id}, ${other}, ${`of ${other}`})`;
    await db.sql`insert into notes values ('Person', ${key}, ${mine}), ('Person', ${key}, ${mine}), ('Thing', ${key}, 'of a thing')`;
    await db.sql`insert into logs values (${db.sql.json({ person: key })}, ${mine})`;
    await db.sql`insert into bills values (${id}, ${key}, true, ${mine}), (${id + 1}, ${key}, false, 'unpaid')`;
    await db.sql`insert into wide (id, person_id) values (${id}, ${key})`;
    await db.sql`insert into hooks values (${id}, ${key}, ${mine}, ${`SECRET ${key}`}, 3, ${`SECRET ${key}`})`;
    await db.sql`insert into visits (person_id, agent, data) values (${key}, ${mine}, ${db.sql.json({ csrf: `SECRET ${key}` })})`;
    await db.sql`insert into passkeys values (${id}, ${key}, ${mine}, 'SECRET', 'IT', 'SECRET', ${`SECRET ${key}`}, 7)`;
    await db.sql`insert into factors values (${id}, ${key}, ${`SECRET ${key}`}, 'SECRET')`;
  }
});

type Rows = Record<string, Record<string, unknown>[]>;
async function exported(key: string): Promise<Rows> {
  const [row] = await db.sql<{ data: Rows }[]>`select lethe.export_subject(${key}) as data`;
  return row?.data ?? {};
}

const me = "ada's";
const mine = "of ada's";

test("all of it, and nothing else", async () => {
  const { "public.wide": wideRows, ...rest } = await exported(me);
  expect(rest).toEqual({
    // The inviter is somebody else; a generated column says nothing of its own.
    "Odd Schema.Person": [{ Key: me, "E-mail": "ada's@x", "it's": "it ada's", invited_by: null }],
    // In the order of the key; an address that isn't theirs is left out.
    "Odd Schema.order": [
      { select: 10, user: me, "E-mail": "ada's@x", note: mine },
      { select: 11, user: me, "E-mail": null, note: mine },
    ],
    "public.threads": [
      { id: 10, a: me, b: null, title: mine, sent_at: "2024-05-06" },
      { id: 11, a: me, b: me, title: mine, sent_at: null },
      { id: 20, a: null, b: me, sent_at: "2024-05-06" },
    ],
    // In somebody else's thread it is somebody else's file; the rule claims the name, the parent's rule doesn't.
    "public.files": [
      { id: 10, thread_id: 10, name: mine, bytes: 10 },
      { id: 20, thread_id: 20, bytes: 20 },
    ],
    "public.groups": [{ id: 10, owner_id: me, name: mine }],
    "public.members": [
      { group_id: 10, person_id: me, nickname: mine },
      { group_id: 10, person_id: null },
      { group_id: 20, person_id: me, nickname: mine },
    ],
    // Whatever a request asks for, they are hers; no primary key, and twice the same.
    "public.notes": [
      { about_type: "Person", about_id: me, body: mine },
      { about_type: "Person", about_id: me, body: mine },
    ],
    "public.logs": [{ data: { person: me }, body: mine }],
    "public.bills": [{ id: 10, person_id: me, paid: true, name: mine, due: null }],
    "public.hooks": [{ id: 10, person_id: me, url: mine, token_count: 3 }],
    // Its key may be what opens it.
    "public.visits": [{ person_id: me, agent: mine }],
    "public.passkeys": [{ id: 10, person_id: me, label: mine, country_code: "IT" }],
    "public.factors": [{ person_id: me }],
  });
  expect(Object.keys(wideRows?.[0] ?? {})).toHaveLength(122);
});

test("no secret, and nothing of anybody else, in either direction", async () => {
  for (const [key, other] of [
    [me, "bob"],
    ["bob", me],
  ] as const) {
    const text = JSON.stringify(await exported(key));
    expect(text).not.toContain("SECRET");
    expect(text).not.toContain(other);
    expect(text).toContain(`of ${key}`);
  }
});

test("what lies aside during grace is hers too", async () => {
  const before = await exported("bob");
  await schedule(db.sql, "bob");
  expect(await db.sql`select from passkeys where person_id = 'bob'`).toHaveLength(0);
  const after = await exported("bob");
  // Sessions are gone for good.
  const { "public.visits": _, ...lasting } = before;
  const [person] = after["Odd Schema.Person"] ?? [];
  expect(after).toEqual({
    ...lasting,
    "Odd Schema.Person": [{ ...lasting["Odd Schema.Person"]?.[0], ...person }],
  });
  expect(person?.["it's"]).toBe("it bob");
  expect(after["public.passkeys"]).toHaveLength(1);
});
