/** Credentials that are moved aside during grace, and put back as they were on cancel. */
import { expect, test } from "vitest";
import { credential, defineErasure, keep, pii, presets, subject, table } from "../../../generator/index.ts";
import { execute, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text unique);
   create table passkeys (
     id bigint generated always as identity primary key,
     owner_id bigint not null references people,
     label text,
     raw bytea not null,
     counter numeric not null default 0,
     used_at timestamptz,
     tags text[] not null default '{}',
     meta json,
     slug text generated always as (upper(label)) stored
   );
   create index on passkeys (owner_id);
   create table api_keys (
     id bigint primary key,
     creator_id bigint references people,
     service_id bigint references people,
     secret text not null unique
   );
   create index on api_keys (creator_id);
   create index on api_keys (service_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      passkeys: credential({ owner: "owner_id", suspend: "move" }),
      api_keys: table({
        rules: [
          credential({ owner: "creator_id", suspend: "move" }),
          credential({ owner: "service_id", suspend: "move" }),
        ],
      }),
    },
  }),
);

const person = async (id: number) => {
  await db.sql`insert into people values (${id}, ${`p${id}@example.com`})`;
  await db.sql`
    insert into passkeys (owner_id, label, raw, counter, used_at, tags, meta)
    values (${id}, 'phone', '\\xdeadbeef00'::bytea, 12345678901234567890.5, '2024-02-29 23:59:59.123456+00', '{a,"b c"}', '{"k": [1, null]}'),
      (${id}, null, '\\x'::bytea, 0, 'infinity', '{}', null)
  `;
  await db.sql`
    insert into api_keys values (${id * 10}, ${id}, null, ${`one ${id}`}), (${id * 10 + 1}, null, ${id}, ${`two ${id}`})
  `;
};
const held = (id: number) => db.sql`
  select p::text as row from passkeys p where owner_id = ${id}
  union all
  select k::text from api_keys k where ${id} in (creator_id, service_id)
  order by row
`;

test("gone during grace, back with every value and key on cancel", async () => {
  await person(1);
  await person(2);
  const [before, others] = [await held(1), await held(2)];
  expect(before).toHaveLength(4);
  const rome = await db.connect({
    TimeZone: "Europe/Rome",
    DateStyle: "German",
    IntervalStyle: "postgres_verbose",
  });
  await schedule(rome, 1);
  expect(await held(1)).toHaveLength(0);
  expect(await held(2)).toEqual(others);
  await db.sql`select lethe.cancel_deletion(1)`;
  expect(await held(1)).toEqual(before);
  expect((await requestOf(db.sql, 1)).preserved).toBeNull();
});

test("what somebody else took meanwhile stays theirs", async () => {
  await person(3);
  await person(4);
  await schedule(db.sql, 3);
  await db.sql`insert into api_keys values (99, 4, null, 'one 3')`;
  await db.sql`select lethe.cancel_deletion(3)`;
  expect(await db.sql`select creator_id from api_keys where secret = 'one 3'`).toEqual([{ creator_id: "4" }]);
  expect(await held(3)).toHaveLength(3);
});

test("gone for good after execution, in the request too", async () => {
  await person(5);
  await schedule(db.sql, 5);
  expect(JSON.stringify((await requestOf(db.sql, 5)).preserved)).toContain("one 5");
  await execute(db.sql, 5, true);
  expect(await held(5)).toHaveLength(0);
  expect((await requestOf(db.sql, 5)).preserved).toBeNull();
});

test("a new one is refused during grace", async () => {
  await person(6);
  await schedule(db.sql, 6);
  await expect(db.sql`insert into passkeys (owner_id, raw) values (6, '\\x00')`).rejects.toMatchObject({
    code: "LT010",
  });
});
