/**
 * What a handler is: it takes the payload of one effect to one service outside the database. Handlers are made in
 * `lethe.effects.ts` and run by the runner, which adds concurrency, rate, time-out and breaker.
 */
import type { z } from "zod";

/** What a delivery knows besides its payload. No personal value may reach a log from here. */
export interface Delivery {
  /** Stable over retries and workers: one effective call per key. */
  idempotencyKey: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborted at the handler's time-out and when the worker stops. */
  signal: AbortSignal;
  /** The effect's name in the annotation. */
  effect: string;
  /** The request's id, as a decimal string. */
  requestId: string;
  /** The point of the lifecycle that caused the effect. */
  at: "schedule" | "before" | "cancel" | "execute";
}

/** Facts kept for the certificate: status codes, counts, the provider's request id. Never a personal value. */
export type Receipt = Record<string, string | number | boolean>;

/** "skipped": nothing was there to do, because the service doesn't know the person. A success. */
export interface Outcome {
  state: "done" | "skipped";
  receipt?: Receipt;
}

/** What the worker lends to handlers that work in the database itself. */
export interface HandlerContext {
  connectionString: string;
  /** graphile-worker's schema. */
  workerSchema: string;
}

export interface Limits {
  /** Deliveries at the same time, in one worker process. Default: 4. */
  concurrency?: number;
  /** At most so many calls in any period of so many milliseconds, in one worker process. Default: no limit. */
  rate?: { calls: number; perMs: number };
  /** How long one delivery may take, in milliseconds. Default: 30,000. */
  timeoutMs?: number;
}

export interface Handler<Payload = unknown> extends Limits {
  /** What kind of service, for logs and metrics: `vercel-blob`, `polar`. */
  kind: string;
  /** Checked before each delivery: a payload that doesn't fit is a permanent failure. */
  payload: z.ZodType<Payload>;
  deliver(payload: Payload, delivery: Delivery): Promise<Outcome>;
  /** Called once, before the first delivery, by a runner that has a context. */
  start?(context: HandlerContext): void | Promise<void>;
  /** Called once, when the worker stops. */
  close?(): void | Promise<void>;
}

/** Trying again can't help: the effect becomes a dead letter at once. */
export class PermanentFailure extends Error {
  /** Stored and shown: no personal value. */
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.name = "PermanentFailure";
    this.code = code;
  }
}

/** Trying again may help. */
export class PassingFailure extends Error {
  /** Stored and shown: no personal value. */
  readonly code: string;
  /** Not before so many milliseconds have passed, as the service asked. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(code, options);
    this.name = "PassingFailure";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
