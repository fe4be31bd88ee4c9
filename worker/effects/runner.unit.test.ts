/** The runner: one lane a handler, and nothing that a handler does gets out of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Delivery, type Handler, PassingFailure, PermanentFailure } from "./handler.ts";
import { createRunner, type RunnerOptions } from "./runner.ts";

const delivery = (values: Partial<Delivery> = {}): Delivery => ({
  idempotencyKey: "key-1",
  attempt: 1,
  signal: new AbortController().signal,
  effect: "avatar",
  requestId: "1",
  at: "execute",
  ...values,
});

function runnerOf(deliver: Handler["deliver"], settings: Partial<Handler> = {}, options?: RunnerOptions) {
  const handler: Handler = { kind: "own", payload: z.unknown(), deliver, ...settings };
  return createRunner(new Map([["own", handler]]), options);
}

const failing = (error: unknown) => runnerOf(() => Promise.reject(error)).run("own", {}, delivery());

describe("what comes back", () => {
  test("done and skipped, with a receipt of short facts", async () => {
    const receipt = { status: 200, id: "req_1", long: "x".repeat(201) };
    const runner = runnerOf(async () => ({ state: "done", receipt }));
    expect(await runner.run("own", {}, delivery())).toEqual({
      state: "done",
      receipt: { status: 200, id: "req_1" },
    });
    const skipping = runnerOf(async () => ({ state: "skipped" }));
    expect(await skipping.run("own", {}, delivery())).toEqual({ state: "skipped", receipt: {} });
  });

  test("an unknown handler is tried again: a newer worker may know it", async () => {
    const runner = runnerOf(async () => ({ state: "done" }));
    expect(await runner.run("other", {}, delivery())).toEqual({ state: "retry", code: "no_handler" });
  });

  test("a payload that doesn't fit fails at once, and its values stay out", async () => {
    let calls = 0;
    const payload = z.object({ email: z.email(), id: z.number() });
    const runner = runnerOf(async () => ({ state: calls++ ? "done" : "skipped" }), { payload });
    const result = await runner.run("own", { email: "MARKER", id: "MARKER" }, delivery());
    expect(result).toEqual({ state: "failed", code: "payload email, id" });
    expect(calls).toBe(0);
  });

  test("a handler that throws at once, or something that isn't an error, doesn't get out", async () => {
    const runner = runnerOf(() => {
      throw undefined;
    });
    expect(await runner.run("own", {}, delivery())).toEqual({ state: "retry", code: "unknown" });
  });

  test.each([
    [new PermanentFailure("no_such_account"), { state: "failed", code: "no_such_account" }],
    [new PermanentFailure("mara@example.com is gone"), { state: "failed", code: "unnamed" }],
    [new PassingFailure("busy"), { state: "retry", code: "busy" }],
    [new PassingFailure("busy", { retryAfterMs: 5 }), { state: "retry", code: "busy", retryAfterMs: 5 }],
    [Object.assign(new Error("MARKER"), { statusCode: 404 }), { state: "failed", code: "http_404" }],
    [Object.assign(new Error("MARKER"), { status: 503 }), { state: "retry", code: "http_503" }],
    [new TypeError("MARKER", { cause: { code: "ECONNRESET" } }), { state: "retry", code: "ECONNRESET" }],
    [Object.assign(new Error("x"), { code: "MARKER" }), { state: "retry", code: "unknown" }],
  ])("%s", async (error, result) => {
    expect(await failing(error)).toEqual(result);
  });
});

describe("time", () => {
  test("a handler that hangs is given up, its signal aborted", async () => {
    let aborted = false;
    const hang: Handler["deliver"] = (_, { signal }) =>
      new Promise(() => signal.addEventListener("abort", () => (aborted = true)));
    const result = await runnerOf(hang, { timeoutMs: 30 }).run("own", {}, delivery());
    expect(result).toEqual({ state: "retry", code: "timeout" });
    expect(aborted).toBe(true);
  });

  test("the worker's stop counts no attempt, whether a delivery runs or waits", async () => {
    const stop = new AbortController();
    const runner = runnerOf(() => new Promise(() => {}), { concurrency: 1 });
    const running = [1, 2].map(() => runner.run("own", {}, delivery({ signal: stop.signal })));
    await sleep(10);
    stop.abort();
    const unavailable = { state: "unavailable", retryAfterMs: 0 };
    expect(await Promise.all(running)).toEqual([unavailable, unavailable]);
    expect(await runner.run("own", {}, delivery({ signal: stop.signal }))).toEqual(unavailable);
  });
});

describe("limits", () => {
  afterEach(() => void vi.useRealTimers());

  test("no more at the same time than concurrency says; capacity tells what is free", async () => {
    let now = 0;
    let most = 0;
    const runner = runnerOf(
      async () => {
        most = Math.max(most, ++now);
        await sleep(15);
        now--;
        return { state: "done" };
      },
      { concurrency: 2 },
    );
    expect(runner.capacity("own")).toBe(2);
    const all = Array.from({ length: 6 }, () => runner.run("own", {}, delivery()));
    expect(runner.capacity("own")).toBe(0);
    await Promise.all(all);
    expect(most).toBe(2);
    expect(runner.capacity("own")).toBe(2);
  });

  test("no more in a period than rate says", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const times: number[] = [];
    const runner = runnerOf(
      async () => {
        times.push(Date.now());
        return { state: "done" };
      },
      { rate: { calls: 2, perMs: 150 } },
    );
    const all = Promise.all(Array.from({ length: 5 }, () => runner.run("own", {}, delivery())));
    await vi.advanceTimersByTimeAsync(450);
    await all;
    for (let i = 2; i < times.length; i++) {
      expect((times[i] as number) - (times[i - 2] as number)).toBeGreaterThanOrEqual(150);
    }
  });
});

describe("the breaker", () => {
  // It goes by the clock alone, so the tests say what time it is, and take what they need.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());
  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

  const options: RunnerOptions = { breaker: { failures: 3, pauseMs: 60, longestPauseMs: 200 } };

  test("opens after passing failures in a row, tries one call after its pause, and closes", async () => {
    let down = true;
    let calls = 0;
    const runner = runnerOf(
      async () => {
        calls++;
        if (down) throw Object.assign(new Error(), { status: 500 });
        return { state: "done" };
      },
      {},
      options,
    );
    const run = () => runner.run("own", {}, delivery());
    for (let i = 0; i < 3; i++) expect(await run()).toEqual({ state: "retry", code: "http_500" });
    expect(await run()).toMatchObject({ state: "unavailable" });
    expect(runner.capacity("own")).toBe(0);
    expect(calls).toBe(3);

    later(70);
    const trial = await Promise.all([run(), run(), run()]);
    expect(calls).toBe(4);
    expect(trial.map(({ state }) => state).sort()).toEqual(["retry", "unavailable", "unavailable"]);

    later(70);
    expect(await run(), "the second pause is twice as long").toMatchObject({ state: "unavailable" });
    down = false;
    later(70);
    expect(await run()).toMatchObject({ state: "done" });
    expect(runner.capacity("own")).toBe(4);
  });

  test("permanent failures show that the service is there", async () => {
    const answers = [500, 500, 404, 500, 500, 404];
    const runner = runnerOf(
      () => Promise.reject(Object.assign(new Error(), { status: answers.shift() })),
      {},
      options,
    );
    const states = [];
    while (answers.length > 0) states.push((await runner.run("own", {}, delivery())).state);
    expect(states).toEqual(["retry", "retry", "failed", "retry", "retry", "failed"]);
  });

  test("Retry-After of the service holds everything that waits for it", async () => {
    let calls = 0;
    const runner = runnerOf(() => {
      calls++;
      throw Object.assign(new Error(), { status: 429, headers: { "Retry-After": "1" } });
    });
    const first = await runner.run("own", {}, delivery());
    expect(first).toEqual({ state: "retry", code: "http_429", retryAfterMs: 1000 });
    const second = await runner.run("own", {}, delivery());
    expect(second).toMatchObject({ state: "unavailable" });
    expect((second as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(calls).toBe(1);
  });

  test("a dead service doesn't slow the others", async () => {
    const dead: Handler = {
      kind: "own",
      payload: z.unknown(),
      deliver: () => new Promise(() => {}),
      timeoutMs: 600_000,
    };
    const live: Handler = { ...dead, deliver: async () => ({ state: "done" }) };
    const runner = createRunner(
      new Map([
        ["dead", dead],
        ["live", live],
      ]),
    );
    const stop = new AbortController();
    const hanging = Array.from({ length: 1000 }, () =>
      runner.run("dead", {}, delivery({ signal: stop.signal })),
    );
    // Done at all: the dead one would hold them for ten minutes.
    await Promise.all(Array.from({ length: 100 }, () => runner.run("live", {}, delivery())));
    stop.abort();
    await Promise.all(hanging);
  });
});

describe("start and close", () => {
  const context = { connectionString: "postgres://", workerSchema: "graphile_worker" };

  test("start once, with the worker's context; close at the end", async () => {
    const seen: unknown[] = [];
    const runner = runnerOf(
      async () => ({ state: "done" }),
      { start: (given) => void seen.push(given), close: () => void seen.push("closed") },
      { context },
    );
    await Promise.all([1, 2].map(() => runner.run("own", {}, delivery())));
    await runner.close();
    expect(seen).toEqual([context, "closed"]);
  });

  test("a start that fails is tried again with the next delivery", async () => {
    let starts = 0;
    const start = () => {
      if (starts++ === 0) throw new Error("MARKER");
    };
    const runner = runnerOf(async () => ({ state: "done" }), { start }, { context });
    expect(await runner.run("own", {}, delivery())).toEqual({ state: "retry", code: "unknown" });
    expect((await runner.run("own", {}, delivery())).state).toBe("done");
  });
});
