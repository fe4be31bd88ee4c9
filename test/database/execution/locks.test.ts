/** Rows that somebody else holds: nobody's fault, so nothing is counted and the piece comes again. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import { execute, executeDue, newPerson, requestOf, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");

async function due(count: number): Promise<string[]> {
  const people: string[] = [];
  for (let n = 0; n < count; n++) {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { grace: "0" });
    people.push(person);
  }
  return people;
}

test("a subject that another session holds is left for the next call; the others are executed", async () => {
  const [held, free] = (await due(2)) as [string, string];
  const app = await db.connect();
  await app`begin`;
  await app`update users set locale = 'it' where id = ${held}`;
  expect(await executeDue(db.sql)).toEqual({ executed: 1, failed: 0, blocked: 0, remaining: "1" });
  expect((await requestOf(db.sql, free)).state).toBe("completed");
  expect(await requestOf(db.sql, held)).toMatchObject({
    state: "scheduled",
    attempts: 0,
    next_attempt_at: null,
  });
  await app`commit`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1, remaining: "0" });
});

test("execute_deletion waits for it instead", async () => {
  const [held] = (await due(1)) as [string];
  const [app, worker] = [await db.connect(), await db.connect()];
  await app`begin`;
  await app`update users set locale = 'it' where id = ${held}`;
  const waiting = await blocked(db.sql, worker, () => execute(worker, held));
  await app`commit`;
  expect(await waiting.result).toBe("completed");
});

test("a row of theirs that stays locked puts the whole piece back, uncounted", async () => {
  const people = await due(3);
  const app = await db.connect();
  await app`begin`;
  await app`select from accounts where user_id = ${people[1] as string} for update`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 0, blocked: 0 });
  await app`rollback`;
  for (const person of people) {
    const request = await requestOf(db.sql, person);
    expect(request).toMatchObject({ state: "scheduled", attempts: 0, last_error: null });
    expect(request.next_attempt_at?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  }
  await db.sql`update lethe.deletion_request set next_attempt_at = null`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 3 });
});

test("a request that another worker has claimed is skipped", async () => {
  const [claimed, free] = (await due(2)) as [string, string];
  const other = await db.connect();
  await other`begin`;
  await other`select from lethe.deletion_request where subject_id = ${claimed} for update`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
  await other`rollback`;
  expect((await requestOf(db.sql, free)).state).toBe("completed");
  expect((await requestOf(db.sql, claimed)).state).toBe("scheduled");
});
