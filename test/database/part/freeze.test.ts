/** Nothing personal is written to the part of somebody who was erased, whoever writes and whenever they began. */
import { beforeAll, expect, test } from "vitest";
import { blocked } from "../../support/interleave.ts";
import { addPerson, PEOPLE, partErasure, profileOf } from "../../support/part-case.ts";
import { erase, schedule, useScenario } from "../../support/scenario.ts";
import { failureOf, sqlState } from "../../support/schema-case.ts";

const db = useScenario(PEOPLE, partErasure);
const people: Record<string, string> = {};

beforeAll(async () => {
  for (const name of ["live", "leaving", "anonymize", "soft_delete", "hard_delete"])
    people[name] = await addPerson(db.sql, name);
  await schedule(db.sql, people.leaving as string);
  for (const strategy of ["anonymize", "soft_delete", "hard_delete"])
    await erase(db.sql, people[strategy] as string, { strategy });
});

test.each(["anonymize", "soft_delete"])("%s: LT011 for a personal column, none for others", async (gone) => {
  const id = people[gone] as string;
  const failure = await failureOf(db.sql`update profiles set bio = 'qqq' where id = ${id}`);
  expect(failure).toMatchObject({ code: "LT011", detail: expect.stringContaining(`"${id}"`) });
  expect(JSON.stringify(failure)).not.toContain("qqq");
  for (const column of ["contact", "mood", "pending", "pin", "totp", "Nick Name"])
    expect(await sqlState(db.sql`update profiles set ${db.sql(column)} = 'x' where id = ${id}`), column).toBe(
      "LT011",
    );
  expect(await sqlState(db.sql`update "User Details" set phone = 'x' where "userRef" = ${id}`)).toBe("LT011");
  await db.sql`update profiles set language = 'fr', bio = bio where id = ${id}`;
});

test("in grace and before, the application may write", async () => {
  for (const who of ["live", "leaving"]) {
    await db.sql`update profiles set bio = 'new' where id = ${people[who] as string}`;
    await db.sql`update "User Details" set phone = 'new' where "userRef" = ${people[who] as string}`;
  }
});

test.each(["anonymize", "soft_delete", "hard_delete"])(
  "%s: a new row is refused where it says something, and taken where it doesn't",
  async (gone) => {
    const id = people[gone] as string;
    await db.sql`delete from "User Details" where "userRef" = ${id}`;
    expect(await sqlState(db.sql`insert into "User Details" ("userRef", phone) values (${id}, '1')`)).toBe(
      "LT011",
    );
    expect(await sqlState(db.sql`insert into "User Details" ("userRef", note) values (${id}, '{}')`)).toBe(
      "LT011",
    );
    await db.sql`insert into "User Details" ("userRef") values (${id})`;
    expect(await sqlState(db.sql`update "User Details" set phone = '1' where "userRef" = ${id}`)).toBe(
      "LT011",
    );
  },
);

test("a row with something in it can't be handed to somebody who was erased, nor taken from them with a new value", async () => {
  const [id, live] = [people.anonymize as string, people.live as string];
  await db.sql`delete from "User Details" where "userRef" = ${id}`;
  expect(await sqlState(db.sql`update "User Details" set "userRef" = ${id} where "userRef" = ${live}`)).toBe(
    "LT011",
  );
  await db.sql`insert into "User Details" ("userRef") values (${id})`;
  expect(
    await sqlState(
      db.sql`update "User Details" set "userRef" = 'nobody', phone = '1' where "userRef" = ${id}`,
    ),
  ).toBe("LT011");
});

test("nobody's rows, and keys that are none, are left alone", async () => {
  for (const owner of [null, "anonymous", "99999999999999999999999"])
    await db.sql`insert into "User Details" ("userRef", phone) values (${owner}, '1')`;
  await db.sql`delete from "User Details" where phone = '1' and "userRef" is distinct from ${people.live as string}`;
});

test("somebody new under the key of a deleted row writes as they like, and can leave and come back", async () => {
  const id = await addPerson(db.sql, "first");
  await erase(db.sql, id, { strategy: "hard_delete" });
  await db.sql`delete from sessions where user_id = ${id}`;
  await db.sql`insert into users (id, email) values (${id}, 'second@example.com')`;
  await db.sql`insert into profiles (id, contact, mood) values (${id}, 'second@work.example', 'fine')`;
  await schedule(db.sql, id);
  await db.sql`update profiles set bio = 'still here' where id = ${id}`;
  await db.sql`select lethe.cancel_deletion(${id})`;
  expect(await profileOf(db.sql, id)).toMatchObject({ mood: "fine", bio: "still here" });
});

test("addresses in the reserved domain are for erased people alone", async () => {
  const live = people.live as string;
  const failure = await failureOf(
    db.sql`update profiles set contact = 'Deleted_1@DELETED.invalid' where id = ${live}`,
  );
  expect(failure).toMatchObject({
    code: "23514",
    constraint_name: "lethe_placeholder",
    table_name: "profiles",
  });
  expect(JSON.stringify(failure)).not.toContain("Deleted_1");
  const [made] = await db.sql`insert into users (email) values ('other@example.com') returning id`;
  expect(
    await sqlState(
      db.sql`insert into profiles (id, contact) values (${made?.id}, 'deleted_7@deleted.invalid')`,
    ),
  ).toBe("23514");
  // Erased rows keep theirs, whatever else is written.
  await db.sql`update profiles set language = 'it' where id = ${people.anonymize as string}`;
});

test("a writer that began before the erasure waits for it, and is refused", async () => {
  const id = await addPerson(db.sql, "racing");
  await db.sql`delete from "User Details" where "userRef" = ${id}`;
  await db.sql`update profiles set bio = 'Gone', pin = null, totp = null, pending = null, mood = 'away' where id = ${id}`;
  await schedule(db.sql, id, { grace: "0", strategy: "anonymize" });
  const [eraser, writer, inserter] = [await db.connect(), await db.connect(), await db.connect()];
  await eraser`begin`;
  await eraser`select lethe.execute_deletion(${id})`;
  const update = await blocked(
    db.sql,
    writer,
    () => writer`update profiles set bio = 'late' where id = ${id}`,
  );
  const insert = await blocked(
    db.sql,
    inserter,
    () => inserter`insert into "User Details" ("userRef", phone) values (${id}, 'late')`,
  );
  await eraser`commit`;
  expect(await sqlState(update.result)).toBe("LT011");
  expect(await sqlState(insert.result)).toBe("LT011");
  expect(await profileOf(db.sql, id)).toMatchObject({ bio: "Gone" });
});

test("so is one of a fixed snapshot, where nothing was left to erase in the row too", async () => {
  const id = await addPerson(db.sql, "fixed");
  await schedule(db.sql, id, { grace: "0", strategy: "soft_delete" });
  await db.sql`update profiles set pin = null, totp = null, bio = 'Gone' where id = ${id}`;
  const writer = await db.connect();
  await writer`begin isolation level repeatable read`;
  await writer`select count(*) from profiles`;
  await db.sql`select lethe.execute_deletion(${id})`;
  expect(await sqlState(writer`update profiles set bio = 'late' where id = ${id}`)).toBe("40001");
  await writer`rollback`;
});
