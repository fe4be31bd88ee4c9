/** Finishing: what becomes of an effect, of those that wait for it, and of its request. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { blocked } from "../../support/interleave.ts";
import { eventsOf, execute, makeDue, newPerson, requestOf, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";
import { addEffect, type Claimed, claim, dueOf, effectOf, finish, newRequest, passTime } from "./support.ts";

const db = useDatabase("reference");

async function erased(count: number): Promise<{ person: string; request: string; effects: string[] }> {
  const person = await newPerson(db.sql);
  const { request_id: request } = await schedule(db.sql, person, { grace: "0" });
  const effects: string[] = [];
  for (let i = 0; i < count; i++) effects.push(await addEffect(db.sql, request));
  expect(await execute(db.sql, person)).toBe("erased");
  return { person, request, effects };
}

const seconds = (date: Date | null) => ((date?.getTime() ?? 0) - Date.now()) / 1000;

test("the last effect completes the request, in its own transaction", async () => {
  const { person, request, effects } = await erased(2);
  const [first, second] = await claim(db.sql);
  expect(await finish(db.sql, [first as Claimed], { state: "done", receipt: { status: 204 } })).toBe(1);
  expect((await requestOf(db.sql, person)).state).toBe("erased");
  expect(await finish(db.sql, [second as Claimed], { state: "skipped" })).toBe(1);
  expect(await requestOf(db.sql, person)).toMatchObject({
    state: "completed",
    completed_at: expect.any(Date),
  });
  expect(await eventsOf(db.sql, request)).toEqual(["scheduled", "executed", "completed"]);
  const lines = await db.sql`select effect_id, state, receipt, attempts from lethe.effect_status(${request})`;
  expect([...lines]).toEqual([
    { effect_id: effects[0], state: "done", receipt: { status: 204 }, attempts: 1 },
    { effect_id: effects[1], state: "skipped", receipt: {}, attempts: 1 },
  ]);
});

test("two workers finish the last two effects of one request at once: one of them completes it", async () => {
  const { person, request } = await erased(2);
  const [first, second] = await claim(db.sql);
  const [one, two] = [await db.connect(), await db.connect()];
  await one`begin`;
  await finish(one, [first as Claimed], { state: "done" });
  const waiting = await blocked(db.sql, two, () => finish(two, [second as Claimed], { state: "done" }));
  await one`commit`;
  expect(await waiting.result).toBe(1);
  expect((await requestOf(db.sql, person)).state).toBe("completed");
  expect(await eventsOf(db.sql, request)).toEqual(["scheduled", "executed", "completed"]);
});

test("two workers with effects of the same requests, each in the other's order: no deadlock", async () => {
  const both = [await erased(2), await erased(2)];
  const claimed = await claim(db.sql);
  const of = (index: number, which: number) =>
    claimed.find((each) => each.effect_id === both[index]?.effects[which]) as Claimed;
  const [one, two] = [await db.connect(), await db.connect()];
  await one`begin`;
  await finish(one, [of(1, 0), of(0, 0)], { state: "done" });
  const waiting = await blocked(db.sql, two, () => finish(two, [of(0, 1), of(1, 1)], { state: "done" }));
  await one`commit`;
  expect(await waiting.result).toBe(2);
  for (const { person } of both) expect((await requestOf(db.sql, person)).state).toBe("completed");
});

test("a crash between claim and finish: the effect comes back, and the request waits for it", async () => {
  const { person, effects } = await erased(1);
  const worker = await db.connect();
  await claim(worker);
  await worker.end();
  expect(await claim(db.sql)).toEqual([]);
  await passTime(db.sql, effects[0] as string);
  const again = await claim(db.sql);
  expect((await requestOf(db.sql, person)).state).toBe("erased");
  expect(await finish(db.sql, again, { state: "done" })).toBe(1);
  expect((await requestOf(db.sql, person)).state).toBe("completed");
});

test("retry waits longer each time, at least as long as the service asks; the payload stays", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "retry" });
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    await passTime(db.sql, id);
    await finish(db.sql, await claim(db.sql, "retry"), { state: "retry", code: "http_503" });
    waits.push(seconds((await effectOf(db.sql, id)).next_attempt_at));
  }
  waits.forEach((wait, index) => {
    const expected = 30 * 2 ** index;
    expect(wait).toBeGreaterThan(expected * 0.75 - 20);
    expect(wait).toBeLessThan(expected * 1.25);
  });
  await passTime(db.sql, id);
  await finish(db.sql, await claim(db.sql, "retry"), {
    state: "retry",
    code: "http_429",
    retry_after_ms: 7_200_000,
  });
  const effect = await effectOf(db.sql, id);
  expect(seconds(effect.next_attempt_at)).toBeGreaterThan(7_100);
  expect(effect).toMatchObject({ state: "pending", failures: 5, last_error: "http_429" });
  expect(effect.payload).not.toBeNull();
});

test("25 attempts take about a week, then it is a dead letter, and the request says so", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "dead" });
  let waited = 0;
  for (let attempt = 1; attempt <= 25; attempt++) {
    const before = await effectOf(db.sql, id);
    expect(before.state).toBe("pending");
    if (attempt > 1) waited += seconds(before.next_attempt_at);
    await passTime(db.sql, id);
    await finish(db.sql, await claim(db.sql, "dead"), { state: "retry", code: "http_500" });
  }
  expect(waited / 86_400).toBeGreaterThan(5.5);
  expect(waited / 86_400).toBeLessThan(9);
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "failed", failures: 25, next_attempt_at: null });
  const [event] = await db.sql`
    select event, details from lethe.deletion_event where request_id = ${request} order by seq desc limit 1
  `;
  expect(event).toEqual({
    event: "effect_failed",
    details: { effect: "avatar", error: "http_500", count: 1 },
  });
});

test("unavailable counts nothing, and still the number of the claim is a new one", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "down" });
  const first = await claim(db.sql, "down");
  await finish(db.sql, first, { state: "unavailable", retry_after_ms: 60_000 });
  const effect = await effectOf(db.sql, id);
  expect(effect).toMatchObject({ state: "pending", failures: 0, attempts: 1 });
  expect(seconds(effect.next_attempt_at)).toBeGreaterThan(30);
  await passTime(db.sql, id);
  const second = await claim(db.sql, "down");
  expect(await finish(db.sql, first, { state: "done" })).toBe(0);
  expect(await finish(db.sql, second, { state: "done" })).toBe(1);
});

test("codes are short or not kept: what a service says may hold values", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "talks" });
  await finish(db.sql, await claim(db.sql, "talks"), { state: "failed", code: "no user ada@example.com" });
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "failed", last_error: "unnamed" });
});

test("an effect that names others waits until all of them are done or skipped", async () => {
  const request = await newRequest(db.sql);
  const two = [
    await addEffect(db.sql, request, { name: "uploads", handler: "first" }),
    await addEffect(db.sql, request, { name: "uploads", handler: "first" }),
  ];
  const other = await addEffect(db.sql, request, { name: "crm", handler: "first" });
  const last = await addEffect(db.sql, request, {
    name: "bucket",
    handler: "last",
    after: ["uploads", "crm"],
  });
  expect(await claim(db.sql, "last")).toEqual([]);
  const claimed = await claim(db.sql, "first");
  const finishOne = (id: string | undefined, state: string) =>
    finish(
      db.sql,
      claimed.filter((each) => each.effect_id === id),
      { state, code: "http_400" },
    );
  await finishOne(two[0], "done");
  await finishOne(other, "failed");
  await finishOne(two[1], "skipped");
  expect(await claim(db.sql, "last")).toEqual([]);
  await db.sql`select lethe.retry_effect(${other})`;
  await finish(db.sql, await claim(db.sql, "first"), { state: "done" });
  expect((await claim(db.sql, "last")).map((each) => each.effect_id)).toEqual([last]);
});

test("retry_effect puts dead letters back, and nothing else; every time it is on record", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "letters" });
  expect(await sqlState(db.sql`select lethe.retry_effect(${id})`)).toBe("LT016");
  expect(await sqlState(db.sql`select lethe.retry_effect(0)`)).toBe("LT016");
  await finish(db.sql, await claim(db.sql, "letters"), { state: "failed", code: "http_400" });
  const admin = await db.as("app_admin", { "app.user_id": await newPerson(db.sql) });
  await admin`select lethe.retry_effect(${id})`;
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "pending", failures: 0, attempts: 1 });
  await finish(db.sql, await claim(db.sql, "letters"), { state: "failed", code: "http_400" });
  const [row] = await db.sql`select lethe.retry_effects('letters') as count`;
  expect(row?.count).toBe(1);
  expect(await eventsOf(db.sql, request)).toEqual([
    "scheduled",
    "effect_failed",
    "effect_retried",
    "effect_failed",
    "effect_retried",
  ]);
  await db.sql`update lethe.effect set state = 'failed', payload = null where id = ${id}`;
  expect(await sqlState(db.sql`select lethe.retry_effect(${id})`)).toBe("LT016");
  const user = await db.as("app_user", { "app.user_id": await newPerson(db.sql) });
  expect(await sqlState(user`select lethe.retry_effect(${id})`)).toBe("42501");
});

test("payloads that nobody could deliver are wiped when their time is over", async () => {
  const request = await newRequest(db.sql);
  const failed = await addEffect(db.sql, request, { handler: "stale" });
  await finish(db.sql, await claim(db.sql, "stale"), { state: "failed", code: "http_400" });
  const waiting = await addEffect(db.sql, request, { handler: "stale" });
  const young = await addEffect(db.sql, request, { handler: "stale" });
  const wipe = async () => (await db.sql`select lethe.wipe_stale_payloads() as count`)[0]?.count;
  expect(await wipe()).toBe(0);
  await db.sql`
    update lethe.effect set created_at = now() - interval '91 days', deliver_after = now() - interval '91 days'
    where id in (${failed}, ${waiting})
  `;
  expect(await wipe()).toBe(2);
  expect(await wipe()).toBe(0);
  for (const id of [failed, waiting]) {
    expect(await effectOf(db.sql, id)).toMatchObject({ state: "failed", payload: null });
  }
  expect((await effectOf(db.sql, young)).payload).not.toBeNull();
  await db.sql`select lethe.retry_effects(max => 10)`;
  expect(await dueOf(db.sql)).toMatchObject({ stale: 1 });
});

test("a lease that is over at the last attempt is a dead letter, not another attempt", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "killer" });
  await db.sql`update lethe.effect set failures = 24 where id = ${id}`;
  await claim(db.sql, "killer");
  await passTime(db.sql, id);
  expect(await claim(db.sql, "killer")).toEqual([]);
  expect(await dueOf(db.sql)).not.toHaveProperty("killer");
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "failed", last_error: "lease expired" });
});

test("what can't be read is refused as a whole", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "unread" });
  const [claimed] = await claim(db.sql, "unread");
  expect(await sqlState(finish(db.sql, [claimed as Claimed], { state: "fine" }))).toBe("22023");
  expect(await sqlState(db.sql`select lethe.finish_effects('[{"state": "done"}]')`)).toBe("22023");
  expect((await effectOf(db.sql, id)).state).toBe("delivering");
  await makeDue(db.sql, request);
});
