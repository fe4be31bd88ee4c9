/**
 * Takes payloads to handlers: each handler has its own queue (concurrency, rate), its own time-out and its own
 * breaker, so that a service that is down or slow delays nothing but its own effects.
 */

import { TimeoutStrategy, timeout } from "cockatiel";
import PQueue from "p-queue";
import type { z } from "zod";
import { type Attempt, type Breaker, type BreakerOptions, createBreaker } from "./breaker.ts";
import { classify, safeCode } from "./classify.ts";
import type { Delivery, Handler, HandlerContext, Limits, Outcome, Receipt } from "./handler.ts";

export type Result =
  | { state: "done" | "skipped"; receipt: Receipt }
  /** A passing failure: an attempt is counted. */
  | { state: "retry"; code: string; retryAfterMs?: number }
  /** A permanent failure: a dead letter. */
  | { state: "failed"; code: string }
  /** The service wasn't called, or the worker is stopping: no attempt is counted. */
  | { state: "unavailable"; retryAfterMs: number };

export interface Runner {
  /** Never throws for a handler's failure. `delivery.signal` is the worker's: aborted when it stops. */
  run(handlerName: string, payload: unknown, delivery: Delivery): Promise<Result>;
  /**
   * How many deliveries the handler would begin at once: claim no more than that, and a hanging service holds none of
   * the others' places. 0 while its breaker is open; Infinity where there is no such handler (run() says so).
   */
  capacity(handlerName: string): number;
  /** The handlers that there are. */
  names: readonly string[];
  has(handlerName: string): boolean;
  /** Milliseconds until the handler's service may be called again; 0 while it may. */
  wait(handlerName: string): number;
  /** How long a delivery may take from its claim to its receipt, in milliseconds. */
  lease(handlerName: string): number;
  /** After the last run() has come back. */
  close(): Promise<void>;
}

export interface RunnerOptions {
  /** Needed by handlers that work in the database, such as jobs(). */
  context?: HandlerContext;
  breaker?: BreakerOptions;
}

/** As documented in Limits. */
const CONCURRENCY = 4;
const TIMEOUT = 30_000;

interface Lane {
  handler: Handler;
  queue: PQueue;
  breaker: Breaker;
  started: Promise<void> | undefined;
}

export function createRunner(handlers: ReadonlyMap<string, Handler>, options: RunnerOptions = {}): Runner {
  const lanes = new Map([...handlers].map(([name, handler]) => [name, openLane(handler, options)]));
  return {
    async run(name, payload, delivery) {
      const lane = lanes.get(name);
      // A worker of an older version may not know the handler yet: not a reason to give the effect up.
      if (lane === undefined) return { state: "retry", code: "no_handler" };
      const parsed = lane.handler.payload.safeParse(payload);
      if (!parsed.success) return { state: "failed", code: payloadCode(parsed.error) };
      const { signal } = delivery;
      try {
        return await lane.queue.add(() => runInTurn(lane, parsed.data, delivery, options.context), {
          signal,
        });
      } catch (error) {
        if (signal.aborted) return { state: "unavailable", retryAfterMs: 0 };
        throw error;
      }
    },
    capacity(name) {
      const lane = lanes.get(name);
      if (lane === undefined) return Number.POSITIVE_INFINITY;
      if (lane.breaker.wait() > 0) return 0;
      return Math.max(0, lane.queue.concurrency - lane.queue.pending - lane.queue.size);
    },
    names: [...handlers.keys()],
    has: (name) => lanes.has(name),
    wait: (name) => lanes.get(name)?.breaker.wait() ?? 0,
    lease: (name) => leaseOf(handlers.get(name)),
    async close() {
      await Promise.allSettled([...lanes.values()].map(async ({ handler }) => await handler.close?.()));
    },
  };
}

/** Until a receipt is written down, even where the database has to be asked again. */
const RECEIPT = 30_000;

/** What is claimed begins at once, unless the handler's rate makes it wait. */
function leaseOf({ concurrency = CONCURRENCY, rate, timeoutMs = TIMEOUT }: Limits = {}): number {
  const wait = rate === undefined ? 0 : Math.ceil(concurrency / rate.calls) * rate.perMs;
  return wait + timeoutMs + RECEIPT;
}

function openLane(handler: Handler, options: RunnerOptions): Lane {
  const { concurrency = CONCURRENCY, rate } = handler;
  const limit = rate === undefined ? {} : { intervalCap: rate.calls, interval: rate.perMs, strict: true };
  return {
    handler,
    queue: new PQueue({ concurrency, ...limit }),
    breaker: createBreaker(options.breaker),
    started: undefined,
  };
}

async function runInTurn(
  lane: Lane,
  payload: unknown,
  delivery: Delivery,
  context: HandlerContext | undefined,
): Promise<Result> {
  const { breaker } = lane;
  if (delivery.signal.aborted) return { state: "unavailable", retryAfterMs: 0 };
  if (breaker.wait() > 0) return unavailable(breaker);
  let attempt: Attempt;
  try {
    attempt = await breaker.policy.execute(() => deliver(lane, payload, delivery, context));
  } catch {
    // The breaker opened while this delivery waited for its trial call.
    return unavailable(breaker);
  }
  return resultOf(attempt, breaker);
}

/** One call, with its time-out. Never throws, so that the breaker sees every way to end. */
async function deliver(
  lane: Lane,
  payload: unknown,
  delivery: Delivery,
  context: HandlerContext | undefined,
): Promise<Attempt> {
  const { handler } = lane;
  const limit = timeout(handler.timeoutMs ?? TIMEOUT, TimeoutStrategy.Aggressive);
  let late = false;
  limit.onTimeout(() => {
    late = true;
  });
  try {
    return await limit.execute(async ({ signal }) => {
      await start(lane, context);
      return await handler.deliver(payload, { ...delivery, signal });
    }, delivery.signal);
  } catch (error) {
    if (delivery.signal.aborted) return { state: "stopped" };
    return late ? { state: "retry", code: "timeout" } : classify(error);
  }
}

/** Once; a start that failed is tried again by the next delivery. */
async function start(lane: Lane, context: HandlerContext | undefined): Promise<void> {
  if (context === undefined) return;
  lane.started ??= (async () => await lane.handler.start?.(context))();
  try {
    await lane.started;
  } catch (error) {
    lane.started = undefined;
    throw error;
  }
}

function resultOf(attempt: Attempt, breaker: Breaker): Result {
  switch (attempt.state) {
    case "stopped":
      return { state: "unavailable", retryAfterMs: 0 };
    case "retry": {
      const { state, code, retryAfterMs, pause } = attempt;
      if (pause && retryAfterMs !== undefined) breaker.pause(retryAfterMs);
      return { state, code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case "failed":
      return { state: attempt.state, code: attempt.code };
    default:
      return { state: attempt.state, receipt: keptOf(attempt) };
  }
}

/** Those that wait for a service don't all come back in the same moment. */
function unavailable(breaker: Breaker): Result {
  const wait = Math.max(breaker.wait(), 1_000);
  return { state: "unavailable", retryAfterMs: Math.ceil(wait * (1 + Math.random() / 5)) };
}

/** A receipt is kept for years: short facts only, and of texts what PostgreSQL's jsonb takes. */
function keptOf({ receipt = {} }: Outcome): Receipt {
  const isShort = (value: unknown) =>
    ["number", "boolean"].includes(typeof value) ||
    (typeof value === "string" && value.length <= 200 && value.isWellFormed() && !value.includes("\0"));
  return Object.fromEntries(Object.entries(receipt).filter(([, value]) => isShort(value)));
}

/** Where the payload is wrong, without what stands there. */
function payloadCode(error: z.ZodError): string {
  const paths = new Set(error.issues.map((issue) => issue.path.map(String).join(".") || "shape"));
  return safeCode(`payload ${[...paths].slice(0, 5).join(", ")}`);
}
