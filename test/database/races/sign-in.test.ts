/** A sign-in that races the scheduling, in every order: never a session left for a marked person (PITFALLS 21). */
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import { newPerson, rowsOf, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const statements: Record<string, (person: string, spare: string) => string> = {
  "insert into sessions": (person) =>
    `insert into sessions (user_id, token) values ('${person}', 'new ${person}')`,
  "insert into user_tokens": (person) =>
    `insert into user_tokens (user_id, context, token) values ('${person}', 'x', 'new ${person}')`,
  "insert into accounts": (person) =>
    `insert into accounts (user_id, provider, provider_account_id) values ('${person}', 'x', 'new ${person}')`,
  "update of sessions.user_id": (person, spare) =>
    `update sessions set user_id = '${person}' where user_id = '${spare}'`,
  "update of accounts.user_id": (person, spare) =>
    `update accounts set user_id = '${person}' where user_id = '${spare}'`,
};

/** Nothing to sign in with: what a schedule revokes is gone; of an account, nothing that came after. */
async function signInsLeft(person: string): Promise<number> {
  return (await rowsOf(db.sql, "sessions", person)) + (await rowsOf(db.sql, "user_tokens", person));
}

describe.each(Object.entries(statements))("%s", (_, statement) => {
  const setUp = async () => {
    const person = await newPerson(db.sql);
    const [other] = [await newPerson(db.sql)];
    return { person, sql: statement(person, other), app: await db.connect(), scheduler: await db.connect() };
  };

  test("first, then committed: the schedule waits for it and takes it along", async () => {
    const { person, sql, app, scheduler } = await setUp();
    await app`begin`;
    await app.unsafe(sql);
    const waiting = await blocked(db.sql, scheduler, () => schedule(scheduler, person));
    await app`commit`;
    await waiting.result;
    expect(await signInsLeft(person)).toBe(0);
  });

  test("first, then rolled back", async () => {
    const { person, sql, app, scheduler } = await setUp();
    await app`begin`;
    await app.unsafe(sql);
    const waiting = await blocked(db.sql, scheduler, () => schedule(scheduler, person));
    await app`rollback`;
    await waiting.result;
    expect(await signInsLeft(person)).toBe(0);
  });

  test("second: it waits for the schedule, and is refused", async () => {
    const { person, sql, app, scheduler } = await setUp();
    await scheduler`begin`;
    await schedule(scheduler, person);
    const waiting = await blocked(db.sql, app, () => app.unsafe(sql));
    await scheduler`commit`;
    expect(await sqlState(waiting.result)).toBe("LT010");
    expect(await signInsLeft(person)).toBe(0);
  });

  test("second, and the schedule is rolled back: it goes on", async () => {
    const { person, sql, app, scheduler } = await setUp();
    await scheduler`begin`;
    await schedule(scheduler, person);
    const waiting = await blocked(db.sql, app, () => app.unsafe(sql));
    await scheduler`rollback`;
    await waiting.result;
    expect(await sqlState(app.unsafe("select 1"))).toBe("none");
  });

  test("afterwards: refused", async () => {
    const { person, sql, app, scheduler } = await setUp();
    await schedule(scheduler, person);
    expect(await sqlState(app.unsafe(sql))).toBe("LT010");
  });

  test.each(["repeatable read", "serializable"])(
    "in %s with a snapshot from before: refused",
    async (isolation) => {
      const { person, sql, app, scheduler } = await setUp();
      await app.unsafe(`begin isolation level ${isolation}`);
      await app`select from users where id = ${person}`;
      await schedule(scheduler, person);
      expect(["LT010", "40001"]).toContain(await sqlState(app.unsafe(sql)));
      await app`rollback`;
      expect(await signInsLeft(person)).toBe(0);
    },
  );
});

test("a session that is merely used is nobody's sign-in", async () => {
  const person = await newPerson(db.sql);
  await db.sql`update sessions set expires_at = now() where user_id = ${person}`;
  expect(await rowsOf(db.sql, "sessions", person)).toBe(1);
});
