/** Every transform: its value, what it leaves alone, and that a second run finds nothing to do. */
import { beforeAll, describe, expect, test } from "vitest";
import { content, defineErasure, keep, pii, presets, set, subject } from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text, handle text unique);
   create table things (
     id bigint primary key,
     person_id bigint not null references people,
     n text, lit text, lit_number text, amount integer, flag boolean, tpl text unique,
     born date, seen timestamptz, local timestamp, hour timestamptz, ip inet, net cidr,
     jb jsonb, js json, jset jsonb, jsset json,
     list text[], ids bigint[], hashed text, initial text, vip boolean not null default false, note text
   );
   create index on things (person_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({
        key: "id",
        columns: { id: keep(), email: pii.email(), handle: pii.template("gone-{id}") },
      }),
      things: content({
        owner: "person_id",
        columns: {
          n: pii.null(),
          lit: pii.replace("it's gone"),
          lit_number: pii.replace(7),
          amount: pii.replace(0),
          flag: set(false),
          tpl: pii.template("person {id}, thing {key}"),
          born: pii.truncate("year"),
          seen: pii.truncate("day"),
          local: pii.truncate("month"),
          hour: pii.truncate("hour"),
          ip: pii.truncate("network"),
          net: pii.truncate("network"),
          jb: pii.jsonRemove(["email", ["deep", "er", "name"]]),
          js: pii.jsonRemove(["email", ["deep", "er", "name"]]),
          jset: pii.jsonSet(["profile", "name"], "nobody"),
          jsset: pii.jsonSet(["profile", "name"], "nobody"),
          list: pii.emptyArray(),
          ids: pii.removeElement("t.person_id"),
          hashed: pii.hash(),
          initial: pii.sql("left(t.initial, 1)"),
          vip: keep(),
          note: pii.null({ unless: "t.vip" }),
        },
      }),
    },
  }),
);

type Thing = Record<string, unknown>;
const thing = async (id: number): Promise<Thing> => {
  const [row] = await db.sql<Thing[]>`
    select n, lit, lit_number, amount, flag, tpl, born::text, seen at time zone 'UTC' as seen, local::text,
      (hour at time zone 'UTC')::text as hour, (seen at time zone 'UTC')::text as seen, ip::text, net::text,
      jb::text, js::text, jset::text, jsset::text, list, ids::text[], hashed, initial, note
    from things where id = ${id}
  `;
  if (!row) throw new Error("no such thing");
  return row;
};

beforeAll(async () => {
  await db.sql.unsafe(`
    insert into people values (1, 'a@example.com', 'ada'), (2, 'b@example.com', 'bob');
    insert into things values
      (1, 1, 'x', 'x', 'x', 5, true, 'x', '1990-02-03', '2026-03-29 01:30:15+02', '2026-03-29 01:30:15',
        '2026-03-29 01:30:15+02', '192.168.17.23', '10.1.2.0/24',
        '{"email": "e", "deep": {"er": {"name": "n", "k": 1}}, "z": null}',
        '{"z": null, "email": "e", "deep": {"er": {"name": "n", "k": 1}}}',
        '{"profile": {"name": "Ada", "age": 1}}', '{"profile": {"name": "Ada"}}',
        '{a,b}', '{1,2,1}', 'ada', 'Ada', true, 'kept'),
      (2, 1, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, false, null),
      (3, 1, 'x', 'x', 'x', 5, true, 'y', 'infinity', 'infinity', '2026-01-01', '2026-01-01 00:00+00',
        '2001:db8:1:2:3::4', '2001:db8::/32', '"a bare string"', '"a bare string"', '[1]', '5', '{}', '{2}',
        'ada', 'Ada', false, 'goes'),
      (4, 1, 'x', 'x', 'x', 5, true, 'z', '2000-12-31', null, null, null, '10.0.0.0/8', null,
        '["email", "x"]', 'null', '{"profile": 1}', 'null', null, null, 'other', 'B', false, null),
      (5, 2, 'x', 'x', 'x', 5, true, 'w', '1990-02-03', null, null, null, '10.0.0.1', null,
        '{"email": "e"}', '{"email": "e"}', '{}', '{}', '{a}', '{1}', 'ada', 'Ada', false, 'stays');
  `);
  const rome = await db.connect({ TimeZone: "Europe/Rome" });
  await erase(rome, 1);
});

test("the subject's own: placeholder address and template", async () => {
  expect(await db.sql`select email, handle from people order by id`).toEqual([
    { email: "deleted_1@deleted.invalid", handle: "gone-1" },
    { email: "b@example.com", handle: "bob" },
  ]);
});

test("null, literals, template", async () => {
  expect(await thing(1)).toMatchObject({
    n: null,
    lit: "it's gone",
    lit_number: "7",
    amount: 0,
    flag: false,
    tpl: "person 1, thing 1",
  });
});

test("truncate: dates, times in UTC, addresses", async () => {
  expect(await thing(1)).toMatchObject({
    born: "1990-01-01",
    seen: "2026-03-28 00:00:00",
    local: "2026-03-01 00:00:00",
    hour: "2026-03-28 23:00:00",
    ip: "192.168.17.0/24",
    net: "10.1.2.0/24",
  });
  expect(await thing(3)).toMatchObject({ born: "infinity", ip: "2001:db8:1::/48", net: "2001:db8::/32" });
  // Wider than the cut already.
  expect(await thing(4)).toMatchObject({ born: "2000-01-01", ip: "10.0.0.0/8" });
});

describe("json and jsonb", () => {
  test("paths removed, the rest as it was", async () => {
    const { jb, js } = await thing(1);
    expect(JSON.parse(String(jb))).toEqual({ deep: { er: { k: 1 } }, z: null });
    expect(JSON.parse(String(js))).toEqual({ deep: { er: { k: 1 } }, z: null });
  });

  test("a path set where it is, not made where it isn't", async () => {
    expect(await thing(1)).toMatchObject({
      jset: '{"profile": {"age": 1, "name": "nobody"}}',
      jsset: '{"profile": {"name": "nobody"}}',
    });
    expect(await thing(4)).toMatchObject({ jset: '{"profile": 1}', jsset: "null" });
  });

  test("scalars, arrays and JSON null are left alone", async () => {
    expect(await thing(3)).toMatchObject({
      jb: '"a bare string"',
      js: '"a bare string"',
      jset: "[1]",
      jsset: "5",
    });
    expect(await thing(4)).toMatchObject({ jb: '["email", "x"]', js: "null" });
  });
});

test("arrays: emptied, one element removed", async () => {
  expect(await thing(1)).toMatchObject({ list: [], ids: ["2"] });
  expect(await thing(3)).toMatchObject({ list: [], ids: ["2"] });
  expect(await thing(4)).toMatchObject({ list: null, ids: null });
});

test("hash: the same for the same value, and only then", async () => {
  const [one, two, other] = [await thing(1), await thing(3), await thing(4)];
  expect(String(one.hashed)).toMatch(/^lethe:[0-9a-f]{64}$/);
  expect(two.hashed).toBe(one.hashed);
  expect(other.hashed).not.toBe(one.hashed);
});

test("an expression; unless", async () => {
  expect(await thing(1)).toMatchObject({ initial: "A", note: "kept" });
  expect(await thing(3)).toMatchObject({ initial: "A", note: null });
});

test("NULL stays NULL but where a value is written", async () => {
  const { lit, lit_number, amount, flag, tpl, ...rest } = await thing(2);
  expect({ lit, lit_number, amount, flag, tpl }).toEqual({
    lit: "it's gone",
    lit_number: "7",
    amount: 0,
    flag: false,
    tpl: "person 1, thing 2",
  });
  expect(Object.values(rest).every((value) => value === null)).toBe(true);
});

test("somebody else's row is as it was", async () => {
  expect(await thing(5)).toMatchObject({
    n: "x",
    tpl: "w",
    born: "1990-02-03",
    jb: '{"email": "e"}',
    note: "stays",
  });
});

test("a neighbour that is written meanwhile doesn't hash the hash", async () => {
  const before = (await thing(3)).hashed;
  const client = await db.connect();
  await client`begin`;
  await client`insert into lethe.running (subject_id) values (1)`;
  await client`update things set n = 'written later' where id = 3`;
  await client`update lethe.deletion_request set state = 'executing' where subject_id = 1`;
  await client`call lethe.anonymize(array[1::bigint])`;
  const [after] = await client`select n, hashed from things where id = 3`;
  await client`rollback`;
  expect(after).toEqual({ n: null, hashed: before });
});

test("a second run finds nothing to do", async () => {
  const rows = () => db.sql`select id, xmin::text from things order by id`;
  const before = await rows();
  const client = await db.connect({ TimeZone: "America/New_York" });
  await client`begin`;
  await client`insert into lethe.running (subject_id) values (1)`;
  await client`update lethe.deletion_request set state = 'executing' where subject_id = 1`;
  const [residue] = await client`select lethe.anonymize_residue(array[1::bigint]) as name`;
  expect(residue?.name).toBeNull();
  await client`call lethe.anonymize(array[1::bigint])`;
  // Not even written: each row is the version that it was.
  const after = await client`select id, xmin::text from things order by id`;
  await client`rollback`;
  expect(after).toEqual(before);
});
