/** The address: reserved while the person may come back, free once they can't (PITFALLS 7, 29, 42). */
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, execute, newPerson, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const register = (email: string) => db.sql`insert into users (email) values (${email})`;

test.each(["anonymize", "soft_delete", "hard_delete"])(
  "%s: reserved during grace, free afterwards",
  async (strategy) => {
    const email = `${strategy}@example.com`;
    const person = await newPerson(db.sql, email);
    await schedule(db.sql, person, { strategy });
    expect(await sqlState(register(email))).toBe("23505");
    await execute(db.sql, person, true);
    await register(email);
    // And once more, by the second person of that address.
    const [second] = await db.sql`select id from users where email = ${email}`;
    await erase(db.sql, second?.id as string, { strategy });
    await register(email);
  },
);

describe("the placeholder domain", () => {
  test.each(["deleted_1@deleted.invalid", "Deleted_1@DELETED.Invalid", "me@deleted.invalid"])(
    "%s is nobody's to take",
    async (email) => {
      expect(await sqlState(register(email))).toBe("23514");
      const person = await newPerson(db.sql);
      expect(await sqlState(db.sql`update users set email = ${email} where id = ${person}`)).toBe("23514");
    },
  );

  test("an address that merely looks like it is fine", async () => {
    await register("me@deleted.invalid.example.com");
    await register("deleted.invalid@example.com");
  });

  test("so that two erased people never collide", async () => {
    const people = [await newPerson(db.sql), await newPerson(db.sql)];
    for (const person of people) await erase(db.sql, person);
    const rows = await db.sql`select email from users where id = any (${people}::uuid[])`;
    expect(new Set(rows.map((row) => row.email)).size).toBe(2);
  });
});

test("erased rows stay erased", async () => {
  const person = await newPerson(db.sql);
  await erase(db.sql, person);
  expect(await sqlState(db.sql`update users set email = 'back@example.com' where id = ${person}`)).toBe(
    "LT011",
  );
  // The placeholder's CHECK speaks before the trigger.
  expect(await sqlState(db.sql`update users set deleted_at = null where id = ${person}`)).toBe("23514");
  await db.sql`update users set locale = 'fr' where id = ${person}`;
});
