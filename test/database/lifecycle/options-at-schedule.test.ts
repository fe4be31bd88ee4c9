/** Rules of sign-in rows may ask for an option of the request; it is known as soon as the deletion is scheduled. */
import { expect, test } from "vitest";
import { credential, defineErasure, keep, pii, presets, session, subject } from "../../../generator/index.ts";
import { schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text unique);
   create table devices (id bigint primary key, owner_id bigint not null references people on delete cascade);
   create index on devices (owner_id);
   create table keys (id bigint primary key, owner_id bigint not null references people on delete cascade);
   create index on keys (owner_id);`,
  defineErasure({
    ...terms,
    options: { forget_devices: false },
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize"] },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
      devices: session({ when: "forget_devices" }),
      keys: credential({ unless: "forget_devices", suspend: "move" }),
    },
  }),
);

async function left(id: number, options: { forget_devices: boolean }): Promise<string[]> {
  await db.sql`insert into people values (${id}, ${`p${id}@example.com`})`;
  await db.sql`insert into devices values (${id}, ${id})`;
  await db.sql`insert into keys values (${id}, ${id})`;
  await schedule(db.sql, id, { options });
  return rowsOf(id);
}

async function rowsOf(id: number): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`
    select 'devices' as name from devices where owner_id = ${id}
    union all
    select 'keys' from keys where owner_id = ${id}
    order by name
  `;
  return rows.map((row) => row.name);
}

test("sessions and credentials go at schedule as the options say, and come back on cancel", async () => {
  expect(await left(1, { forget_devices: true })).toEqual(["keys"]);
  expect(await left(2, { forget_devices: false })).toEqual(["devices"]);
  await db.sql`select lethe.cancel_deletion(1), lethe.cancel_deletion(2)`;
  expect(await rowsOf(1)).toEqual(["keys"]);
  expect(await rowsOf(2)).toEqual(["devices", "keys"]);
});
