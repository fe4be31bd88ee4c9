/** Taking a deletion back: everything that was preserved comes back, and nothing that was revoked. */
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { eventsOf, execute, newPerson, requestOf, rowsOf, schedule } from "../../support/scenario.ts";
import { failureOf, sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");

const cancel = (person: string) => db.sql`select lethe.cancel_deletion(${person})`;

test("takes the marks off, wipes what was kept, and leaves sessions gone", async () => {
  const person = await newPerson(db.sql);
  const { request_id } = await schedule(db.sql, person);
  await cancel(person);
  const [row] = await db.sql`select deleted_at, scheduled_deletion_at from users where id = ${person}`;
  expect(row).toEqual({ deleted_at: null, scheduled_deletion_at: null });
  const request = await requestOf(db.sql, person);
  expect(request).toMatchObject({ state: "cancelled", preserved: null, cancel_token_hash: null });
  expect(request.cancelled_at).not.toBeNull();
  expect(await eventsOf(db.sql, request_id)).toEqual(["scheduled", "cancelled"]);
  expect(await rowsOf(db.sql, "sessions", person)).toBe(0);
  expect(await rowsOf(db.sql, "accounts", person)).toBe(1);
  await db.sql`insert into sessions (user_id, token) values (${person}, 'anew ' || ${person})`;
  expect(await sqlState(cancel(person))).toBe("LT002");
});

test("puts back the e-mail that was changed meanwhile", async () => {
  const person = await newPerson(db.sql, "before@example.com");
  await schedule(db.sql, person);
  await db.sql`update users set email = 'meanwhile@example.com' where id = ${person}`;
  await cancel(person);
  const [row] = await db.sql`select email from users where id = ${person}`;
  expect(row?.email).toBe("before@example.com");
});

describe("by token", () => {
  const byToken = async (token: string) => {
    const [row] = await (await db.as("app_user"))`select lethe.cancel_deletion_by_token(${token}) as person`;
    return row?.person as string;
  };

  test("without anybody signed in, once", async () => {
    const person = await newPerson(db.sql);
    const { cancel_token, request_id } = await schedule(db.sql, person);
    expect(await byToken(cancel_token)).toBe(person);
    expect((await requestOf(db.sql, person)).state).toBe("cancelled");
    const [event] =
      await db.sql`select actor from lethe.deletion_event where request_id = ${request_id} and seq = 2`;
    expect(event?.actor).toBe("token");
    expect((await failureOf(byToken(cancel_token))).code).toBe("LT002");
  });

  test("a wrong one, none, and one whose deletion was executed cancel nothing", async () => {
    const person = await newPerson(db.sql);
    const { cancel_token } = await schedule(db.sql, person);
    expect((await failureOf(byToken(`${cancel_token}0`))).code).toBe("LT002");
    expect(await sqlState(db.sql`select lethe.cancel_deletion_by_token(null)`)).toBe("LT002");
    await execute(db.sql, person, true);
    expect((await failureOf(byToken(cancel_token))).code).toBe("LT002");
  });

  test("of the first request doesn't cancel the second", async () => {
    const person = await newPerson(db.sql);
    const first = await schedule(db.sql, person);
    await cancel(person);
    await db.sql`update lethe.deletion_request set cancelled_at = now() - interval '2 days' where id = ${first.request_id}`;
    await schedule(db.sql, person);
    expect((await failureOf(byToken(first.cancel_token))).code).toBe("LT002");
  });
});

test("after execution there is no way back", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person);
  await execute(db.sql, person, true);
  expect(await sqlState(cancel(person))).toBe("LT002");
});
