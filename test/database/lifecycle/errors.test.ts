/** Every refusal: SQLSTATE, the subject in DETAIL as JSON, a remedy in HINT. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, execute, newPerson, schedule } from "../../support/scenario.ts";
import { failureOf } from "../../support/schema-case.ts";

const db = useDatabase("reference");

type Refused = { code?: string; detail?: string; hint?: string; message?: string };

function facts(failure: Refused): Record<string, unknown> {
  // Whoever looks at the facts wants a remedy, too.
  expect(failure.hint).toMatch(/^.{10,}\.$/);
  return JSON.parse(failure.detail ?? "null") as Record<string, unknown>;
}

test("LT001 already scheduled, and already deleted", async () => {
  const person = await newPerson(db.sql);
  const { request_id } = await schedule(db.sql, person);
  const twice = await failureOf(schedule(db.sql, person));
  expect(twice).toMatchObject({ code: "LT001", message: "deletion is already scheduled" });
  expect(twice.hint).toContain("cancel_deletion");
  expect(facts(twice)).toMatchObject({ subject: person, request: Number(request_id) });

  await execute(db.sql, person, true);
  const gone = await failureOf(schedule(db.sql, person));
  expect(gone).toMatchObject({ code: "LT001", message: "already deleted" });
  expect(facts(gone)).toMatchObject({ subject: person });
});

test("LT002 not scheduled: cancel and execute", async () => {
  const person = await newPerson(db.sql);
  for (const call of [() => db.sql`select lethe.cancel_deletion(${person})`, () => execute(db.sql, person)]) {
    const failure = await failureOf(call());
    expect(failure.code).toBe("LT002");
    expect(facts(failure)).toEqual({ subject: person });
  }
});

test("LT003 blocked: every blocker with its code, message and count", async () => {
  const person = await newPerson(db.sql);
  await db.sql`insert into collections (owner_id, title) values (${person}, 'a'), (${person}, 'b')`;
  const failure = await failureOf(schedule(db.sql, person));
  expect(failure).toMatchObject({ code: "LT003", message: "deletion is blocked: owns 2 active collections" });
  expect(failure.hint).toContain("deletion_blockers");
  expect(facts(failure)).toEqual({
    subject: person,
    blockers: [{ code: "collections", message: "owns 2 active collections", count: 2 }],
  });
});

test("LT004 in cooldown, with the time it ends", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person);
  const [cancelled] = await db.sql<{ at: Date }[]>`select lethe.cancel_deletion(${person}) as at`;
  const failure = await failureOf(schedule(db.sql, person));
  expect(failure).toMatchObject({ code: "LT004", hint: "Wait until the cooldown is over." });
  const until = new Date(String(facts(failure).until)).getTime();
  expect(until - (cancelled?.at.getTime() ?? 0)).toBeCloseTo(24 * 60 * 60 * 1000, -1);
});

test("LT005 not allowed: for somebody else, for nobody, by oneself through the executor's door", async () => {
  const [person, other] = [await newPerson(db.sql), await newPerson(db.sql)];
  const stranger = await failureOf(schedule(await db.as("app_user", { "app.user_id": other }), person));
  expect(stranger.code).toBe("LT005");
  expect(facts(stranger)).toEqual({ subject: person });
  expect(stranger.hint).toContain("access.admin");
  expect((await failureOf(schedule(await db.as("app_user"), person))).code).toBe("LT005");
  const admin = await db.as("app_admin", { "app.user_id": person });
  await schedule(admin, person, { grace: "0" });
  expect(await failureOf(execute(admin, person))).toMatchObject({
    code: "LT005",
    message: "nobody executes their own deletion",
  });
});

test("LT006 no such subject", async () => {
  const nobody = randomUUID();
  const failure = await failureOf(schedule(db.sql, nobody));
  expect(failure.code).toBe("LT006");
  expect(facts(failure)).toEqual({ subject: nobody });
  expect((await failureOf(db.sql`select lethe.schedule_deletion(null)`)).code).toBe("LT006");
});

test("LT007 not due", async () => {
  const person = await newPerson(db.sql);
  const { request_id, scheduled_for } = await schedule(db.sql, person);
  const failure = await failureOf(execute(db.sql, person));
  expect(failure.code).toBe("LT007");
  expect(facts(failure)).toMatchObject({ subject: person, request: Number(request_id) });
  expect(new Date(String(facts(failure).scheduled_for))).toEqual(scheduled_for);
  expect(await execute(db.sql, person, true)).toBe("completed");
});

test("LT015 in REPEATABLE READ and SERIALIZABLE, whatever is called", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { grace: "0" });
  for (const isolation of ["repeatable read", "serializable"]) {
    const client = await db.connect({ default_transaction_isolation: isolation });
    for (const call of [
      () => schedule(client, person),
      () => execute(client, person),
      () => client`select lethe.execute_due_deletions()`,
      () => client`select lethe.continue_deletion(1)`,
      () => client`select lethe.cancel_deletion(${person})`,
      () => client`select lethe.cancel_deletion_by_token('x')`,
    ]) {
      expect(await failureOf(call())).toMatchObject({
        code: "LT015",
        message: `wrong isolation level: ${isolation}`,
      });
    }
  }
});

test("no message holds a personal value", async () => {
  const person = await newPerson(db.sql, "secret.address@example.com");
  const said: string[] = [];
  for (const call of [
    () => execute(db.sql, person),
    () => erase(db.sql, person),
    () => schedule(db.sql, person),
    () => db.sql`insert into sessions (user_id, token) values (${person}, 'x')`,
  ]) {
    await call().then(
      () => undefined,
      (error: unknown) => said.push(JSON.stringify(error) + String(error)),
    );
  }
  expect(said).toHaveLength(3);
  expect(said.join()).not.toContain("secret.address");
});
