/** Rows that carried a mark before Lethe came: gone for the application, though nobody erased them (PITFALLS 8). */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { execute, newPerson, schedule, statusOf } from "../../support/scenario.ts";

const db = useDatabase("reference");
const long = "2020-05-01 12:34:56.789012+00";

async function legacyPerson(): Promise<string> {
  const person = await newPerson(db.sql);
  await db.sql`update users set deleted_at = ${long}::text::timestamptz where id = ${person}`;
  return person;
}

test("are deleted by status, and still written by their application: nothing is frozen", async () => {
  const person = await legacyPerson();
  expect((await statusOf(db.sql, person)).status).toBe("deleted");
  await db.sql`update users set name = 'still here' where id = ${person}`;
});

test("can be scheduled; cancel puts the old mark back to the microsecond", async () => {
  const person = await legacyPerson();
  await schedule(db.sql, person);
  expect((await statusOf(db.sql, person)).status).toBe("scheduled");
  await db.sql`select lethe.cancel_deletion(${person})`;
  const [row] = await db.sql`
    select deleted_at = ${long}::text::timestamptz as same, scheduled_deletion_at from users where id = ${person}
  `;
  expect(row).toEqual({ same: true, scheduled_deletion_at: null });
  expect((await statusOf(db.sql, person)).status).toBe("deleted");
});

test("can be erased; when they left stays known", async () => {
  const person = await legacyPerson();
  await schedule(db.sql, person, { grace: "0" });
  await execute(db.sql, person);
  const [row] = await db.sql`
    select deleted_at = ${long}::text::timestamptz as same, name from users where id = ${person}
  `;
  expect(row).toEqual({ same: true, name: null });
});
