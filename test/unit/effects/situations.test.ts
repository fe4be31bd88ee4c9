/** Every handler, through its real SDK, in every situation that a network has: one table. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { openEffects } from "../../../worker/effects/config.ts";
import type { Delivery } from "../../../worker/effects/handler.ts";
import { createRunner, type Result } from "../../../worker/effects/runner.ts";
import type { Service } from "./services.ts";
import { loopsAnonymize, loopsDelete, posthogAnonymize, posthogDelete } from "./services-contacts.ts";
import { polarService, stripeService, vercelBlobService } from "./services-delete.ts";
import { s3Object, s3Prefix } from "./services-s3.ts";
import { webhookService } from "./services-webhook.ts";
import { type Fault, type StandIn, startStandIn } from "./stand-in.ts";

const services: Service[] = [
  ...[vercelBlobService, s3Object, s3Prefix, polarService, posthogAnonymize, posthogDelete],
  ...[loopsDelete, loopsAnonymize, stripeService, webhookService],
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function begin(service: Service) {
  const world = await service.create();
  if (world.close) cleanups.push(() => world.close?.());
  let standIn: StandIn;
  standIn = await startStandIn(world.handle, (status) => service.failure(status, standIn.calls.length));
  cleanups.push(standIn.close);
  const handlers = await openEffects({ handlers: { it: service.declare(standIn.url) } }, service.environment);
  /** Each delivery has a worker of its own: what an earlier one has learnt is gone. */
  const deliver = async (
    payload = service.payload,
    signal = new AbortController().signal,
  ): Promise<Result> => {
    const delivery: Delivery = {
      idempotencyKey: "key-1",
      attempt: 1,
      signal,
      effect: "effect",
      requestId: "1",
      at: "execute",
    };
    const result = await createRunner(handlers).run("it", payload, delivery);
    expect(standIn.complaints).toEqual([]);
    expect(JSON.stringify(result), "nothing personal comes back").not.toContain("MARKER");
    return result;
  };
  cleanups.push(async () => await handlers.get("it")?.close?.());
  return { world, standIn, deliver };
}

describe.each(services.map((service) => [service.name, service] as const))("%s", (_, service) => {
  const each = Array.from({ length: service.calls }, (_, call) => call);

  test("success, as the service documents it, and again with the same key", async () => {
    const { world, standIn, deliver } = await begin(service);
    const result = await deliver();
    expect(result).toMatchObject({ state: "done", receipt: expect.any(Object) });
    expect(world.effective()).toBe(1);
    expect(standIn.calls).toHaveLength(service.calls);
    expect(["done", "skipped"]).toContain((await deliver()).state);
    expect(world.effective()).toBe(1);
  });

  test("the value of a column, under the column's name; other names are refused", async () => {
    const { standIn, deliver } = await begin(service);
    if (service === webhookService) return;
    const [[field, value], ...others] = Object.entries(service.payload) as [
      [string, unknown],
      ...unknown[][],
    ];
    const rest = Object.fromEntries(others.filter(([name]) => name !== "urls") as [string, unknown][]);
    expect(await deliver(rest)).toEqual({ state: "failed", code: expect.stringMatching(/^payload \w+$/) });
    expect(await deliver({ ...service.payload, column: value })).toEqual({
      state: "failed",
      code: "payload column",
    });
    expect(await deliver({ ...rest, column: null })).toMatchObject({ state: "skipped" });
    expect(standIn.calls).toEqual([]);
    if (field === "prefix") return;
    expect(await deliver({ ...rest, column: value })).toMatchObject({ state: "done" });
    expect(standIn.calls).toHaveLength(service.calls);
  });

  test("nothing in the payload: nothing is called", async () => {
    const { standIn, deliver } = await begin(service);
    if (service === webhookService) return;
    const empty = Object.fromEntries(Object.keys(service.payload).map((key) => [key, null]));
    expect(await deliver(empty)).toEqual({
      state: "skipped",
      receipt: { reason: "no_value" },
    });
    expect(standIn.calls).toEqual([]);
  });

  if (service.unknown !== undefined) {
    const { payload, state } = service.unknown;
    test("nobody is there: a success", async () => {
      const { world, deliver } = await begin(service);
      expect(await deliver(payload)).toMatchObject({ state });
      expect(world.effective() <= 1).toBe(true);
    });
  }

  const { codes = {}, retryAfterMs = 7000 } = service;
  const answers: [Fault, Result][] = [
    ["rate_limited", { state: "retry", code: "http_429", retryAfterMs }],
    ["server_error", { state: "retry", code: codes.server_error ?? "http_500" }],
    ["refused", { state: "failed", code: codes.refused ?? "http_401" }],
  ];
  describe.each(answers)("%s", (fault, expected) => {
    test.each(each)(
      "at call %i: seen, not tried again by the SDK, mended by the next delivery",
      async (call) => {
        const { world, standIn, deliver } = await begin(service);
        standIn.fail(call, fault);
        expect(await deliver()).toEqual(expected);
        expect(standIn.calls).toHaveLength(call + 1);
        expect(["done", "skipped"]).toContain((await deliver()).state);
        expect(world.effective()).toBe(1);
      },
    );
  });

  describe.each(["cut_before", "cut_within", "lost"] as const)("%s", (fault) => {
    test.each(each)("at call %i: tried again, and done once", async (call) => {
      const { world, standIn, deliver } = await begin(service);
      standIn.fail(call, fault);
      const result = await deliver();
      // The status may be enough for an SDK, where half of the body came.
      if (fault !== "cut_within" || result.state === "retry") {
        expect(result).toEqual({
          state: "retry",
          code: expect.stringMatching(/^(E[A-Z]+|UND_ERR_\w+|network|unknown)$/),
        });
        expect(standIn.calls).toHaveLength(call + 1);
        expect(["done", "skipped"]).toContain((await deliver()).state);
      } else expect(["done", "skipped"]).toContain(result.state);
      expect(world.effective()).toBe(1);
    });
  });

  test.each(each)("at call %i: a 404 of somebody else isn't a person that is gone", async (call) => {
    const { world, standIn, deliver } = await begin(service);
    standIn.fail(call, "wrong_address");
    expect(["failed", "retry"]).toContain((await deliver()).state);
    expect(["done", "skipped"]).toContain((await deliver()).state);
    expect(world.effective()).toBe(1);
  });

  test("the worker stops: the call is given up, and no attempt is counted", async () => {
    const { standIn, deliver } = await begin(service);
    standIn.fail(0, "hang");
    const stop = new AbortController();
    const running = deliver(service.payload, stop.signal);
    await standIn.arrived;
    stop.abort();
    expect(await running).toEqual({ state: "unavailable", retryAfterMs: 0 });
    if (service.takesNoSignal) return;
    const given = await Promise.race([
      standIn.givenUp.then(() => "given up"),
      sleep(30_000, "still open", { ref: false }),
    ]);
    expect(given).toBe("given up");
  });
});
