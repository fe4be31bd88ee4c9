/** Transactions of the application that are under way while somebody is executed (PITFALLS 24), and stale jobs (28). */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import {
  execute,
  executeDue,
  makeDue,
  newPerson,
  requestOf,
  rowsOf,
  schedule,
} from "../../support/scenario.ts";
import { failureOf, sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");

test.each(["anonymize", "hard_delete"])(
  "%s: a row that isn't committed yet doesn't escape",
  async (strategy) => {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { strategy, grace: "0" });
    const [app, worker] = [await db.connect(), await db.connect()];
    await app`begin`;
    await app`insert into uploads (user_id, url) values (${person}, 'https://uploads.example.com/late.pdf')`;
    // The sweep leaves the person for later, execute_deletion waits; neither goes past the row.
    expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 0, remaining: "1" });
    const waiting = await blocked(db.sql, worker, () => execute(worker, person));
    await app`commit`;
    expect(await waiting.result).toBe("completed");
    expect(await rowsOf(db.sql, "uploads", person)).toBe(0);
  },
);

test("a row that comes while the execution runs waits for it", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { strategy: "hard_delete", grace: "0" });
  const [app, worker] = [await db.connect(), await db.connect()];
  await worker`begin`;
  await execute(worker, person);
  const waiting = await blocked(
    db.sql,
    app,
    () => app`insert into uploads (user_id, url) values (${person}, 'x')`,
  );
  await worker`commit`;
  expect(await sqlState(waiting.result)).toBe("23503");
});

test("a sign-in that comes while the execution runs waits for it and is refused", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { grace: "0" });
  const [app, worker] = [await db.connect(), await db.connect()];
  await worker`begin`;
  await execute(worker, person);
  // The foreign key's own check comes before the guard's first look, which would have refused at once.
  const waiting = await blocked(
    db.sql,
    app,
    () => app`insert into sessions (user_id, token) values (${person}, 'late')`,
  );
  await worker`commit`;
  expect(await sqlState(waiting.result)).toBe("LT010");
});

test("after hard_delete too: nobody signs in to a key that is gone", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { strategy: "hard_delete", grace: "0" });
  await execute(db.sql, person);
  expect(["LT010", "23503"]).toContain(
    await sqlState(db.sql`insert into sessions (user_id, token) values (${person}, 'late')`),
  );
});

test("schedule, cancel, schedule: the first one's time executes nobody", async () => {
  const person = await newPerson(db.sql);
  const first = await schedule(db.sql, person);
  await makeDue(db.sql, first.request_id);
  await db.sql`select lethe.cancel_deletion(${person})`;
  await db.sql`update lethe.deletion_request set cancelled_at = now() - interval '2 days' where id = ${first.request_id}`;
  const second = await schedule(db.sql, person);
  expect(second.request_id).not.toBe(first.request_id);

  expect(await executeDue(db.sql)).toEqual({ executed: 0, failed: 0, blocked: 0, remaining: "0" });
  expect(await failureOf(execute(db.sql, person))).toMatchObject({ code: "LT007" });
  const [stale] = await db.sql`select lethe.continue_deletion(${first.request_id}) as state`;
  expect(stale?.state).toBe("cancelled");
  expect(await requestOf(db.sql, person)).toMatchObject({ id: second.request_id, state: "scheduled" });
});

test("a sweep that found the first one due meets the cancellation under the lock", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { grace: "0" });
  const [user, worker] = [await db.connect(), await db.connect()];
  await user`begin`;
  await user`select lethe.cancel_deletion(${person})`;
  const waiting = await blocked(db.sql, worker, () => execute(worker, person));
  await user`commit`;
  expect(await sqlState(waiting.result)).toBe("LT002");
  expect((await requestOf(db.sql, person)).state).toBe("cancelled");
});
