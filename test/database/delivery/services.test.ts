/** A service that is down, and a worker that is asked to stop: counted, not timed. */
import { expect, test } from "vitest";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog, states, until } from "../worker/support.ts";
import { addEffects, deliverOnce, dueWithEffects, handler, runnerOf, tally } from "./support.ts";

const db = useDatabase("reference");
const PENDING = 10_000;

test("ten thousand effects of a dead service are in nobody's way; an hour later they follow", async () => {
  const requests = await dueWithEffects(db.sql, 20, []);
  const [waiting = "", ...others] = requests;
  await addEffects(db.sql, [waiting], ["dead"], PENDING);
  await addEffects(db.sql, others, ["live"], 5);

  const calls = { dead: 0, live: 0 };
  let isDown = true;
  const dead = handler(async () => {
    calls.dead++;
    if (isDown) throw Object.assign(new Error(), { status: 503 });
  });
  const live = handler(async () => void calls.live++);
  // Its breaker opens after five in a row, and stays open for longer than this test runs.
  const options = { breaker: { failures: 5, pauseMs: 3_600_000 } };
  await deliverOnce(db.url, runnerOf({ dead, live }, options));

  expect(calls.live).toBe(others.length * 5);
  expect(await states(db.sql)).toEqual({ completed: others.length, erased: 1 });
  // Five to open the breaker, and what was under way beside the fifth.
  expect(calls.dead).toBeGreaterThanOrEqual(5);
  expect(calls.dead).toBeLessThanOrEqual(8);
  const [dying] = await db.sql`
    select sum(attempts)::integer as claims, sum(failures)::integer as failures,
           (count(*) filter (where failures = 0 and next_attempt_at <= now()))::integer as untouched,
           bool_and(next_attempt_at > now()) filter (where failures > 0) as put_off
    from lethe.effect where handler = 'dead'
  `;
  expect(dying).toMatchObject({ failures: calls.dead, put_off: true });
  expect(dying?.claims).toBeLessThanOrEqual(12);
  expect(dying?.untouched).toBeGreaterThan(PENDING - 13);
  const [wake] = await db.sql`
    select run_at > now() + interval '50 minutes' as later from graphile_worker.jobs where key = 'lethe_deliver:dead'
  `;
  expect(wake).toEqual({ later: true });

  // While it is down others go on, and every look of the worker costs it nothing.
  const before = calls.dead;
  const more = await dueWithEffects(db.sql, 3, ["live"]);
  const runner = runnerOf({ dead, live }, options);
  await deliverOnce(db.url, runner);
  await deliverOnce(db.url, runner);
  expect(await tally(db.sql, more)).toEqual([
    { handler: "live", state: "done", count: 3, attempts: 3, failures: 0 },
  ]);
  expect(calls.dead - before).toBeLessThanOrEqual(8);

  // An hour later: those that were tried are due again, each of them counted a few attempts at most.
  isDown = false;
  await db.sql`update lethe.effect set next_attempt_at = next_attempt_at - interval '1 hour' where handler = 'dead' and state = 'pending'`;
  await db.sql`delete from lethe.effect where handler = 'dead' and failures = 0 and id % 50 <> 0`;
  await deliverOnce(db.url, runnerOf({ dead, live }, options));
  const [left] = await db.sql`select count(*)::integer as open from lethe.effect where state <> 'done'`;
  expect(left).toEqual({ open: 0 });
  expect(await states(db.sql)).toEqual({ completed: requests.length + more.length });
});

test("a service that hangs takes neither the sweeps' places nor the others'", async () => {
  const stop = new AbortController();
  let hanging = 0;
  let live = 0;
  const hang = () =>
    handler(
      async (_, { signal }) => {
        hanging++;
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(new Error("aborted"))),
        );
      },
      { concurrency: 3, timeoutMs: 60_000 },
    );
  const effects = runnerOf({
    hangs: hang(),
    hangs_too: hang(),
    and_this: hang(),
    live: handler(async () => void live++),
  });
  const { log, text } = collectLog();
  const worker = runWorker({
    connectionString: db.url,
    role: "app_worker",
    concurrency: 1,
    effects,
    logger: log,
    signal: stop.signal,
  });
  const stuck = await dueWithEffects(db.sql, 5, ["hangs", "hangs_too", "and_this"]);
  await until("all places of the hanging services are taken", () => hanging === 9);
  const requests = await dueWithEffects(db.sql, 5, ["live"]);
  await until("the others are erased and delivered", async () => {
    const [row] = await db.sql`
      select count(*)::integer as count from lethe.deletion_request
      where id = any (${requests}::bigint[]) and state = 'completed'
    `;
    return row?.count === 5;
  });
  expect(live).toBe(5);
  const held = await tally(db.sql, stuck);
  expect(held.filter(({ state }) => state === "delivering").map(({ count }) => count)).toEqual([3, 3, 3]);

  // Asked to stop, it gives back what it can't finish: at once for others, and not as a failure.
  stop.abort();
  await worker;
  expect(text()).toContain("the worker has stopped");
  const back = await db.sql`
    select distinct state, failures, next_attempt_at <= now() as due
    from lethe.effect where request_id = any (${stuck}::bigint[])
  `;
  expect([...back]).toEqual([{ state: "pending", failures: 0, due: true }]);
  const locked = await db.sql`select from graphile_worker.jobs where locked_at is not null`;
  expect(locked).toHaveLength(0);
  const done = handler(async () => {});
  await deliverOnce(db.url, runnerOf({ hangs: done, hangs_too: done, and_this: done }));
  expect((await tally(db.sql, stuck)).map(({ state, count }) => [state, count])).toEqual([
    ["done", 5],
    ["done", 5],
    ["done", 5],
  ]);
});
