/** Claiming: who gets which effect, for how long, and what happens when a worker never comes back. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";
import { addEffect, claim, dueOf, effectOf, finish, newRequest, passTime } from "./support.ts";

const db = useDatabase("reference");

test("a claim shows the payload and counts; until the lease is over nobody else gets it", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request);
  expect(await dueOf(db.sql)).toEqual({ blob: 1 });
  const [first, ...others] = await claim(db.sql);
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    effect_id: id,
    request_id: request,
    name: "avatar",
    at: "execute",
    payload: { url: "https://cdn.example.com/ada.png" },
    attempt: 1,
  });
  expect(await claim(db.sql)).toEqual([]);
  expect(await dueOf(db.sql)).toEqual({});
  const [next] = await db.sql<{ at: Date }[]>`select lethe.next_effect_at() as at`;
  expect(next?.at).toEqual((await effectOf(db.sql, id)).next_attempt_at);

  await passTime(db.sql, id);
  expect(await dueOf(db.sql)).toEqual({ blob: 1 });
  const [second] = await claim(db.sql);
  expect(second).toMatchObject({ attempt: 2, idempotency_key: first?.idempotency_key });
  expect(await effectOf(db.sql, id)).toMatchObject({ attempts: 2, failures: 1 });

  // The first worker wakes up after all: its word counts no more.
  expect(await finish(db.sql, [{ effect_id: id, attempt: 1 }], { state: "failed", code: "http_400" })).toBe(
    0,
  );
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "delivering", failures: 1 });
  expect(await finish(db.sql, [{ effect_id: id, attempt: 2 }], { state: "done" })).toBe(1);
  expect(await effectOf(db.sql, id)).toMatchObject({ state: "done", payload: null, receipt: {} });
});

test("at most max, those that wait longest first, of that handler alone", async () => {
  const request = await newRequest(db.sql);
  const [a, b] = [await addEffect(db.sql, request), await addEffect(db.sql, request)];
  await addEffect(db.sql, request, { handler: "billing" });
  await db.sql`update lethe.effect set next_attempt_at = now() - interval '1 hour' where id = ${b}`;
  expect((await claim(db.sql, "blob", 1)).map((each) => each.effect_id)).toEqual([b]);
  expect((await claim(db.sql, "blob", 1)).map((each) => each.effect_id)).toEqual([a]);
  expect(await dueOf(db.sql)).toEqual({ billing: 1 });
});

test("two workers at once share what there is, and neither waits", async () => {
  const request = await newRequest(db.sql);
  for (let i = 0; i < 4; i++) await addEffect(db.sql, request, { handler: "shared" });
  const [one, two] = [await db.connect(), await db.connect()];
  await one`begin`;
  const first = await claim(one, "shared", 3);
  const second = await claim(two, "shared", 3);
  await one`commit`;
  expect(first).toHaveLength(3);
  expect(second).toHaveLength(1);
  expect(new Set([...first, ...second].map((each) => each.effect_id)).size).toBe(4);
});

test("a claim that is rolled back leaves the effect to others", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "rolled" });
  const one = await db.connect();
  await one`begin`;
  await claim(one, "rolled");
  await one`rollback`;
  expect((await claim(db.sql, "rolled")).map((each) => [each.effect_id, each.attempt])).toEqual([[id, 1]]);
});

test("what isn't due yet isn't handed out, and the timer knows when it is", async () => {
  const request = await newRequest(db.sql);
  const id = await addEffect(db.sql, request, { handler: "timer" });
  await db.sql`update lethe.effect set next_attempt_at = null where next_attempt_at > now()`;
  await db.sql`update lethe.effect set next_attempt_at = now() + interval '10 minutes' where id = ${id}`;
  expect(await claim(db.sql, "timer")).toEqual([]);
  const [row] =
    await db.sql`select lethe.next_effect_at() between now() and now() + interval '10 minutes' as soon`;
  expect(row?.soon).toBe(true);
});

test("ten thousand effects of a dead service cost the others nothing", async () => {
  const request = await newRequest(db.sql);
  await db.sql`
    insert into lethe.effect (request_id, name, handler, at, payload)
    select ${request}, 'crm', 'dead', 'execute', '{}' from generate_series(1, 10000)
  `;
  await addEffect(db.sql, request, { handler: "zz" });
  await db.sql`analyze lethe.effect`;
  const pages = async (query: string): Promise<number> => {
    const [row] = await db.sql.unsafe(`explain (analyze, buffers, format json) ${query}`);
    const { Plan: plan } = row?.["QUERY PLAN"]?.[0] ?? {};
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  };
  expect(await dueOf(db.sql)).toMatchObject({ dead: 1000, zz: 1 });
  await pages("select * from lethe.claim_effects('zz', 10)");
  await db.sql`update lethe.effect set next_attempt_at = now(), state = 'pending' where handler = 'zz'`;
  expect(await pages("select * from lethe.claim_effects('zz', 10)")).toBeLessThan(100);
  expect(await pages("select lethe.next_effect_at()")).toBeLessThan(100);
  expect(await pages("select * from lethe.due_effects()")).toBeLessThan(1_500);
});

test("what can't be meant is refused", async () => {
  expect(await sqlState(claim(db.sql, "blob", 0))).toBe("22023");
  expect(await sqlState(claim(db.sql, "blob", 1, "0"))).toBe("22023");
  const client = await db.connect();
  await client`begin isolation level repeatable read`;
  expect(await sqlState(claim(client))).toBe("LT015");
  await client`rollback`;
});

test("for the worker alone", async () => {
  for (const role of ["app_user", "app_admin"] as const) {
    const client = await db.as(role);
    expect(await sqlState(claim(client)), role).toBe("42501");
    expect(await sqlState(finish(client, [], { state: "done" })), role).toBe("42501");
  }
  const worker = await db.as("app_worker");
  expect(await claim(worker, "nobody")).toEqual([]);
  expect(await sqlState(worker`select payload from lethe.effect`)).toBe("42501");
});
