/** What a worker does with due effects: claims what it can begin, finishes each as it is done, leaves nothing behind. */
import { expect, test } from "vitest";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog, states, until } from "../worker/support.ts";
import { addEffects, deliverOnce, dueWithEffects, handler, runnerOf, tally } from "./support.ts";

const db = useDatabase("reference");

test("executed and delivered in one go: receipts kept, payloads wiped, requests completed", async () => {
  const seen: [string, unknown, number][] = [];
  const keep = handler(async (payload, { effect, attempt, requestId }) => {
    expect(payload).toEqual({ id: `${requestId}-1` });
    seen.push([effect, payload, attempt]);
  });
  const requests = await dueWithEffects(db.sql, 3, ["blob", "crm"]);
  const log = await deliverOnce(db.url, runnerOf({ blob: keep, crm: keep }));
  expect(seen).toHaveLength(6);
  expect(await states(db.sql)).toEqual({ completed: 3 });
  const effects = await db.sql`
    select distinct state, payload, receipt, attempts from lethe.effect where request_id = any (${requests}::bigint[])
  `;
  expect([...effects]).toEqual([{ state: "done", payload: null, receipt: { status: 200 }, attempts: 1 }]);
  expect(log).toContain('"handler":"crm","done":3');
  const jobs = await db.sql`select from graphile_worker.jobs`;
  expect(jobs).toHaveLength(0);
});

test("a slow delivery holds back nobody's receipt, and its place is the only one it takes", async () => {
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  let running = 0;
  let most = 0;
  let first = true;
  const effects = runnerOf({
    slow: handler(
      async () => {
        most = Math.max(most, ++running);
        if (first) {
          first = false;
          await slow;
        }
        running--;
      },
      { concurrency: 2 },
    ),
  });
  const requests = await dueWithEffects(db.sql, 1, []);
  await addEffects(db.sql, requests, ["slow"], 20);
  const working = deliverOnce(db.url, effects);
  await until("all but the slow one are written down", async () => {
    const counts = await tally(db.sql, requests);
    return counts.some(({ state, count }) => state === "done" && count === 19);
  });
  expect(await tally(db.sql, requests)).toContainEqual(
    expect.objectContaining({ state: "delivering", count: 1 }),
  );
  release();
  await working;
  expect(most).toBe(2);
  expect(await tally(db.sql, requests)).toEqual([
    { handler: "slow", state: "done", count: 20, attempts: 20, failures: 0 },
  ]);
});

test("what waits for another effect follows in the same run", async () => {
  const order: string[] = [];
  const note = handler(async (_, { effect }) => void order.push(effect));
  const requests = await dueWithEffects(db.sql, 1, ["first"]);
  await db.sql`
    insert into lethe.effect (request_id, name, handler, at, after, payload, next_attempt_at)
    values (${requests[0] ?? ""}, 'second', 'first', 'execute', '{first}', '{}', null),
           (${requests[0] ?? ""}, 'third', 'third', 'execute', '{second}', '{}', null)
  `;
  await deliverOnce(db.url, runnerOf({ first: note, third: note }));
  expect(order).toEqual(["first", "second", "third"]);
});

test("a failure for good is a dead letter, one in passing comes back later; neither holds up the rest", async () => {
  const effects = runnerOf({
    crm: handler(async (payload) => {
      const { id } = payload as { id: string };
      if (id.endsWith("-1")) throw Object.assign(new Error("mara@example.com"), { status: 400 });
      if (id.endsWith("-2")) throw Object.assign(new Error("mara@example.com"), { status: 503 });
    }),
  });
  const requests = await dueWithEffects(db.sql, 1, []);
  await addEffects(db.sql, requests, ["crm"], 4);
  const log = await deliverOnce(db.url, effects);
  const rows = await db.sql`
    select state, last_error, payload is null as wiped, next_attempt_at > now() as later
    from lethe.effect where request_id = any (${requests}::bigint[]) order by id
  `;
  expect([...rows]).toEqual([
    { state: "failed", last_error: "http_400", wiped: false, later: null },
    { state: "pending", last_error: "http_503", wiped: false, later: true },
    { state: "done", last_error: null, wiped: true, later: null },
    { state: "done", last_error: null, wiped: true, later: null },
  ]);
  expect(log).toContain('"code":"http_400"');
  expect(log).not.toContain("mara");
  expect(log).not.toContain(`${requests[0]}-1`);
});

test("an effect whose handler this worker doesn't have waits, untouched, until one comes that has it", async () => {
  const requests = await dueWithEffects(db.sql, 1, ["newcomer"]);
  const log = await deliverOnce(db.url, runnerOf({ other: handler(async () => {}) }));
  expect(log).toContain("effects wait for a worker");
  expect(await tally(db.sql, requests)).toEqual([
    { handler: "newcomer", state: "pending", count: 1, attempts: 0, failures: 0 },
  ]);
  const jobs = await db.sql`
    select key, run_at > now() as later from graphile_worker.jobs where task_identifier = 'lethe_deliver'
  `;
  expect([...jobs]).toEqual([{ key: "lethe_deliver:newcomer", later: true }]);
  await deliverOnce(db.url, runnerOf({ newcomer: handler(async () => {}) }));
  expect(await tally(db.sql, requests)).toMatchObject([{ state: "done" }]);
});

test("woken in the middle of a turn, it looks again; a second job for the same handler does no harm", async () => {
  const stop = new AbortController();
  const keys = new Map<string, number>();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const effects = runnerOf({
    held: handler(async (_, { idempotencyKey }) => {
      keys.set(idempotencyKey, (keys.get(idempotencyKey) ?? 0) + 1);
      if (keys.size === 1) await held;
    }),
  });
  const { log } = collectLog();
  const worker = runWorker({
    connectionString: db.url,
    role: "app_worker",
    effects,
    logger: log,
    signal: stop.signal,
  });
  const requests = await dueWithEffects(db.sql, 1, ["held"]);
  await until("the first is under way", () => keys.size === 1);
  await addEffects(db.sql, requests, ["held"], 10);
  for (let n = 0; n < 5; n++) {
    await db.sql`select graphile_worker.add_job('lethe_deliver', '{"handler": "held"}')`;
  }
  await until("the others are delivered while it runs", () => keys.size === 11);
  release();
  await until("all are written down", async () => {
    const counts = await tally(db.sql, requests);
    return counts.every(({ state }) => state === "done");
  });
  stop.abort();
  await worker;
  expect([...keys.values()].every((calls) => calls === 1)).toBe(true);
});

test("a job that names no handler is dropped", async () => {
  await db.sql`select graphile_worker.add_job('lethe_deliver', '{"handler": 7}')`;
  expect(await deliverOnce(db.url, runnerOf({}))).toContain("names no handler");
});
