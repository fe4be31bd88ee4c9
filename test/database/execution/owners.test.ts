/** Every way in which rows may belong to a person, with a second person whose rows must not change. */
import { beforeAll, expect, test } from "vitest";
import {
  content,
  defineErasure,
  keep,
  ownerSql,
  pii,
  polymorphic,
  presets,
  session,
  subject,
  table,
  via,
} from "../../../generator/index.ts";
import { erase, schedule, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const gone = "[gone]";
const body = { body: pii.replace(gone) };

const db = useScenario(
  `create table people (id bigint primary key, email text);
   -- via, three deep, composite keys on the way
   create table shops (id bigint primary key, owner_id bigint references people, body text);
   create table shelves (shop_id bigint references shops, no integer, body text, primary key (shop_id, no));
   create table items (shop_id bigint, shelf_no integer, no integer, body text, primary key (shop_id, shelf_no, no),
     foreign key (shop_id, shelf_no) references shelves);
   create table tags (id bigint primary key, shop_id bigint, shelf_no integer, item_no integer, body text,
     foreign key (shop_id, shelf_no, item_no) references items);
   -- polymorphic
   create table notes (id bigint primary key, about_type text not null, about_id bigint not null, body text);
   -- a soft reference of another type
   create table audit (id bigint primary key, actor text, body text);
   -- an expression, in content and in sessions
   create table logs (id bigint primary key, data jsonb not null, body text);
   create table store (sid text primary key, sess json not null);
   -- two ways into one table
   create table letters (id bigint primary key, from_id bigint references people, to_id bigint references people, body text);
   -- narrowed
   create table orders (id bigint primary key, person_id bigint references people, open boolean not null, body text);
   create index on shops (owner_id);
   create index on tags (shop_id, shelf_no, item_no);
   create index on notes (about_id);
   create index on audit (actor);
   create index on logs (((data ->> 'person')::bigint));
   create index on store (((sess ->> 'person')::bigint));
   create index on letters (from_id);
   create index on letters (to_id);
   create index on orders (person_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      shops: content({ owner: "owner_id", columns: body }),
      shelves: content({ owner: via("shops"), columns: body }),
      items: content({ owner: via("shelves"), columns: body }),
      tags: content({ owner: via("items"), columns: body }),
      notes: content({
        owner: polymorphic({ type: "about_type", id: "about_id", value: "Person" }),
        columns: body,
      }),
      audit: content({ owner: "actor", columns: body }),
      logs: content({
        owner: ownerSql("(t.data ->> 'person')::bigint"),
        columns: { data: keep(), body: pii.replace(gone) },
      }),
      store: session({ owner: ownerSql("(t.sess ->> 'person')::bigint") }),
      letters: table({
        columns: body,
        rules: [content({ owner: "from_id" }), content({ owner: "to_id", rows: "detach" })],
      }),
      orders: table({
        columns: { open: keep(), ...body },
        rules: [
          content({ owner: "person_id", where: "not t.open" }),
          content({ owner: "person_id", where: "t.open", rows: { anonymize: "keep" } }),
        ],
      }),
    },
  }),
);

beforeAll(async () => {
  await db.sql.unsafe(`
    insert into people select p, 'p' || p || '@example.com' from generate_series(1, 4) p;
    insert into shops select p, p, 'x' from generate_series(1, 4) p;
    insert into shelves select p, n, 'x' from generate_series(1, 4) p, generate_series(1, 2) n;
    insert into items select p, n, n, 'x' from generate_series(1, 4) p, generate_series(1, 2) n;
    insert into tags select p * 10 + n, p, n, n, 'x' from generate_series(1, 4) p, generate_series(1, 2) n;
    insert into notes select p, 'Person', p, 'x' from generate_series(1, 4) p;
    insert into notes select p + 10, 'Shop', p, 'x' from generate_series(1, 4) p;
    insert into audit select p, p::text, 'x' from generate_series(1, 4) p;
    insert into audit values (10, 'cron', 'x'), (11, null, 'x'), (12, '01', 'x');
    insert into logs select p, jsonb_build_object('person', p), 'x' from generate_series(1, 4) p;
    insert into logs values (10, '{}', 'x'), (11, '[]', 'x');
    insert into store select 's' || p, json_build_object('person', p) from generate_series(1, 4) p;
    insert into store values ('anonymous', '{}');
    insert into letters values (1, 1, 2, 'x'), (2, 2, 1, 'x'), (3, 2, 3, 'x'), (4, 1, 1, 'x');
    insert into orders select p, p, false, 'x' from generate_series(1, 4) p;
    insert into orders select p + 10, p, true, 'x' from generate_series(1, 4) p;
  `);
  await erase(db.sql, 1);
});

const changed = async (name: string) => {
  const rows =
    await db.sql`select to_jsonb(t) ->> 'id' as id from ${db.sql(name)} t where body = ${gone} order by 1`;
  return rows.map((row) => row.id as string);
};

test("via, at depth 1, 2 and 3", async () => {
  expect(await changed("shops")).toEqual(["1"]);
  for (const name of ["shelves", "items"])
    expect(
      await db.sql`select distinct shop_id::integer as shop from ${db.sql(name)} where body = ${gone}`,
    ).toEqual([{ shop: 1 }]);
  expect(await changed("tags")).toEqual(["11", "12"]);
});

test("polymorphic: the same id of another type isn't theirs", async () => {
  expect(await changed("notes")).toEqual(["1"]);
});

test("a column of another type: compared as the column's type, so nothing else can match or fail", async () => {
  expect(await changed("audit")).toEqual(["1"]);
});

test("an expression; rows for which it yields nobody stay", async () => {
  expect(await changed("logs")).toEqual(["1"]);
  expect(await db.sql`select sid from store order by sid`).toEqual(
    ["anonymous", "s2", "s3", "s4"].map((sid) => ({ sid })),
  );
});

test("two owners: transformed by the sender, detached from the recipient", async () => {
  expect(
    await db.sql`select id::integer, from_id::integer as f, to_id::integer as t, body from letters order by id`,
  ).toEqual([
    { id: 1, f: 1, t: 2, body: gone },
    { id: 2, f: 2, t: null, body: "x" },
    { id: 3, f: 2, t: 3, body: "x" },
    { id: 4, f: 1, t: null, body: gone },
  ]);
});

test("where narrows", async () => {
  expect(await changed("orders")).toEqual(["1"]);
});

test("guards know the same ways: no new session by an expression", async () => {
  await schedule(db.sql, 3);
  expect(await sqlState(db.sql`insert into store values ('new', '{"person": 3}')`)).toBe("LT010");
  await db.sql`insert into store values ('new', '{}')`;
  expect(await sqlState(db.sql`update store set sess = '{"person": 3}' where sid = 'new'`)).toBe("LT010");
  await db.sql`update store set sess = '{"person": 4}' where sid = 'new'`;
});

test("hard_delete: children first, and nothing of anybody else's", async () => {
  await erase(db.sql, 2, { strategy: "hard_delete" });
  const [left] = await db.sql`
    select (select count(*) from people where id = 2)::integer as people,
      (select array_agg(distinct shop_id::integer order by shop_id::integer) from tags) as tags,
      (select array_agg(id::integer order by id) from notes) as notes,
      (select array_agg(id::integer order by id) from audit) as audit,
      (select array_agg(id::integer order by id) from letters) as letters
  `;
  expect(left).toEqual({
    people: 0,
    tags: [1, 3, 4],
    notes: [1, 3, 4, 11, 12, 13, 14],
    audit: [1, 3, 4, 10, 11, 12],
    letters: [1, 4],
  });
});
