/** Rows that point at the person by another column than the key: a login name, a pair with the tenant. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  content,
  defineErasure,
  keep,
  pii,
  presets,
  session,
  subject,
  via,
} from "../../../generator/index.ts";
import { despiteDrift, erase, execute, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { failureOf, sqlState, terms } from "../../support/schema-case.ts";

const heavy = 100;
const db = useScenario(
  `create table people (
     id bigint primary key, tenant integer not null, "loginName" text not null unique, handle text not null unique,
     nick text not null unique, no text not null, email text, unique (tenant, no)
   );
   -- the foreign key carries a new value along
   create table profiles (login text primary key references people (handle) on update cascade on delete cascade, motto text);
   create table pages (id bigint primary key, login text references profiles on update cascade on delete cascade, body text);
   -- it doesn't
   create table wallets (id bigint primary key, holder text not null references people ("loginName"), iban text);
   -- a pair
   create table cards (id bigint primary key, tenant integer not null, person_no text, body text,
     foreign key (tenant, person_no) references people (tenant, no));
   create table tokens (id bigint generated always as identity, tenant integer, person_no text,
     foreign key (tenant, person_no) references people (tenant, no));
   -- none at all
   create table mentions (id bigint generated always as identity primary key, nick text, body text);
   create index on pages (login);
   create index on wallets (holder);
   create index on cards (tenant, person_no);
   create index on tokens (tenant, person_no);
   create index on mentions (nick);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({
        key: "id",
        columns: {
          id: keep(),
          tenant: keep(),
          no: keep(),
          loginName: pii.template("deleted_{id}"),
          handle: pii.template("deleted_{id}"),
          nick: pii.template("gone_{id}"),
          email: pii.email(),
        },
      }),
      profiles: content({
        rows: { anonymize: "transform", hard_delete: "delete" },
        columns: { motto: pii.null() },
      }),
      pages: content({ owner: via("profiles"), columns: { body: pii.null() } }),
      wallets: content({ owner: via("people"), rows: "delete" }),
      cards: content({
        owner: via("people", { columns: ["tenant", "person_no"] }),
        columns: { body: pii.null() },
        rows: { anonymize: "transform", hard_delete: "detach" },
      }),
      tokens: session({ owner: via("people") }),
      mentions: content({
        owner: via("people", { columns: ["nick"], references: ["nick"] }),
        rows: "delete",
        heavy,
      }),
    },
  }),
);

let next = 0;
let person = 0;
let other = 0;
beforeEach(async () => {
  [person, other] = [++next, ++next];
  for (const p of [person, other])
    await db.sql.unsafe(`
      insert into people values (${p}, 7, 'L${p}', 'h${p}', 'n${p}', 'no${p}', 'p${p}@example.com');
      insert into profiles values ('h${p}', 'motto');
      insert into pages values (${p}, 'h${p}', 'body');
      insert into wallets values (${p}, 'L${p}', 'iban');
      insert into cards values (${p}, 7, 'no${p}', 'body');
      insert into tokens (tenant, person_no) values (7, 'no${p}');
      insert into mentions (nick, body) values ('n${p}', 'body');
    `);
});

/** What is theirs, table by table; of a card and a page only where its text is there. */
const rowsOf = async (p: number) => {
  const [row] = await db.sql`
    select (select motto from profiles where login in (${`h${p}`}, ${`deleted_${p}`})) as motto,
      (select body from pages where id = ${p}) as page,
      (select count(*)::integer from wallets where id = ${p}) as wallets,
      (select body from cards where id = ${p}) as card,
      (select count(*)::integer from tokens where person_no = ${`no${p}`}) as tokens,
      (select count(*)::integer from mentions where nick = ${`n${p}`}) as mentions
  `;
  return row;
};
const whole = { motto: "motto", page: "body", wallets: 1, card: "body", tokens: 1, mentions: 1 };
const gone = { motto: null, page: null, wallets: 0, card: null, tokens: 0, mentions: 0 };

test("anonymize: every table's rows are found, carried along or gone, and nobody else's", async () => {
  expect(await erase(db.sql, person)).toBe("completed");
  expect(await rowsOf(person)).toEqual(gone);
  expect(await rowsOf(other)).toEqual(whole);
  expect(await db.sql`select login from profiles where login = ${`deleted_${person}`}`).toHaveLength(1);
});

test("hard_delete: the pair loses what points at the person, and keeps the tenant", async () => {
  await erase(db.sql, person, { strategy: "hard_delete" });
  expect(await rowsOf(person)).toEqual(gone);
  expect(await db.sql`select tenant, person_no from cards where id = ${person}`).toEqual([
    { tenant: 7, person_no: null },
  ]);
  expect(await rowsOf(other)).toEqual(whole);
});

test.each(["anonymize", "hard_delete"])(
  "in steps (%s): found although identity goes first",
  async (strategy) => {
    await db.sql`insert into mentions (nick, body) select ${`n${person}`}, 'body' from generate_series(1, 6000)`;
    await db.sql`analyze mentions`;
    await schedule(db.sql, person, { grace: "0", strategy });
    expect(await execute(db.sql, person)).toBe("executing");
    const [first] = await db.sql`select handle, nick, "loginName", email from people where id = ${person}`;
    expect(first, "what nothing carries along waits").toEqual({
      handle: `deleted_${person}`,
      nick: `n${person}`,
      loginName: `L${person}`,
      email: `deleted_${person}@deleted.invalid`,
    });
    for (let n = 0; n < 10 && (await requestOf(db.sql, person)).state === "executing"; n++)
      await execute(db.sql, person);
    expect((await requestOf(db.sql, person)).state).toBe("completed");
    expect(await rowsOf(person)).toEqual(gone);
    expect(await rowsOf(other)).toEqual(whole);
    const left = await db.sql`select nick, "loginName" from people where id = ${person}`;
    expect(left).toEqual(
      strategy === "anonymize" ? [{ nick: `gone_${person}`, loginName: `deleted_${person}` }] : [],
    );
  },
);

test("explain counts them, an export shows them", async () => {
  const counted =
    await db.sql`select table_name, rows::integer from lethe.explain_deletion(${person}, 'anonymize')`;
  expect(Object.fromEntries(counted.map((row) => [row.table_name, row.rows]))).toEqual({
    "public.cards": 1,
    "public.mentions": 1,
    "public.pages": 1,
    "public.people": 1,
    "public.profiles": 1,
    "public.tokens": 1,
    "public.wallets": 1,
  });
  const [shown] = await db.sql`select lethe.export_subject(${person}) as data`;
  expect(shown?.data).toMatchObject({
    "public.profiles": [{ login: `h${person}`, motto: "motto" }],
    "public.pages": [{ id: person, body: "body" }],
    "public.wallets": [{ holder: `L${person}`, iban: "iban" }],
    "public.cards": [{ tenant: 7, person_no: `no${person}`, body: "body" }],
  });
});

test("the guard knows whose a token is", async () => {
  await schedule(db.sql, person);
  expect(await rowsOf(person)).toMatchObject({ tokens: 0, wallets: 1 });
  const add = (p: number) => sqlState(db.sql`insert into tokens (tenant, person_no) values (7, ${`no${p}`})`);
  expect([await add(person), await add(other)]).toEqual(["LT010", "none"]);
});

describe("a delete that the application swallows", () => {
  test.each([
    ["anonymize", "wallets", "LT014"],
    ["hard_delete", "mentions", "LT014"],
    ["anonymize", "mentions", "LT014"],
  ])("%s, %s: %s", async (strategy, table, code) => {
    await despiteDrift(db.sql);
    await db.sql.unsafe(`
      create function public.swallow() returns trigger language plpgsql as 'begin return null; end';
      create trigger swallow before delete on ${table} for each row execute function public.swallow();
    `);
    const failure = await failureOf(erase(db.sql, person, { strategy }));
    await db.sql.unsafe("drop function public.swallow() cascade");
    expect(failure.code).toBe(code);
    expect(await rowsOf(person)).toEqual({ ...whole, tokens: 0 });
  });
});

test("found by indexes, however large the tables are", async () => {
  const [row] = await db.sql`
    explain (format json)
    delete from wallets t
    where t.holder in (select t."loginName" from people t where t.id = any (array[1, 2]))
  `;
  expect(JSON.stringify(row)).not.toContain("Seq Scan on wallets");
});

test("a foreign key that no longer carries a new value is drift", async () => {
  await db.sql.unsafe(`
    alter table profiles drop constraint profiles_login_fkey,
      add foreign key (login) references people (handle) on delete cascade
  `);
  const drift =
    await db.sql`select table_name, object, expected, found, strategies from lethe.drift where kind = 'foreign key'`;
  expect(drift).toMatchObject([
    {
      table_name: "public.profiles",
      expected: "on delete cascade, on update cascade",
      found: "on delete cascade",
    },
  ]);
});
