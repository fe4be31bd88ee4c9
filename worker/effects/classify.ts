/**
 * What an error of a handler means for its effect, and a code for it that holds no value: what a service says in its
 * messages, and what an SDK puts in its errors, may be the person's own data.
 */
import { PassingFailure, PermanentFailure } from "./handler.ts";
import { retryAfterOf } from "./retry-after.ts";

export type Failure =
  /** `pause`: the service asked everybody to wait, not this delivery alone. */
  | { state: "retry"; code: string; retryAfterMs?: number; pause?: boolean }
  | { state: "failed"; code: string };

/** 408 request timeout, 425 too early, 429 too many requests; 5xx is the service's own trouble. */
const isPassing = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status);

/** Unknown errors are passing ones: a mistake in a handler is mended by its next version, a lost effect isn't. */
export function classify(error: unknown): Failure {
  if (error instanceof PermanentFailure) return { state: "failed", code: safeCode(error.code) };
  if (error instanceof PassingFailure) {
    return { state: "retry", code: safeCode(error.code), ...after(error.retryAfterMs) };
  }
  const status = firstOf(error, statusOf);
  if (status !== undefined) return classifyStatus(status, firstOf(error, headersAfter));
  return { state: "retry", code: firstOf(error, networkCode) ?? "unknown" };
}

function classifyStatus(status: number, retryAfterMs?: number): Failure {
  const code = `http_${status}`;
  if (!isPassing(status)) return { state: "failed", code };
  return {
    state: "retry",
    code,
    ...after(retryAfterMs),
    ...(retryAfterMs === undefined ? {} : { pause: true }),
  };
}

/** The error to throw for an answer that isn't a success, where the handler sees the answer itself. */
export function failureOf(status: number, headers?: unknown): Error {
  return Object.assign(new Error(`http_${status}`), { status, headers });
}

/** A code as it may be stored: no address, no URL, nothing long. */
export function safeCode(code: string): string {
  return /^[A-Za-z0-9_ .,:[\]-]{1,120}$/.test(code) ? code : "unnamed";
}

function after(retryAfterMs: number | undefined): { retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

/** SDKs wrap what fetch threw, and fetch wraps what the socket said. */
function firstOf<T>(error: unknown, read: (error: Record<string, unknown>) => T | undefined): T | undefined {
  let current = error;
  for (let depth = 0; depth < 6 && typeof current === "object" && current !== null; depth++) {
    const found = read(current as Record<string, unknown>);
    if (found !== undefined) return found;
    current = (current as { cause?: unknown }).cause;
  }
  return undefined;
}

/** `statusCode` (Stripe, Loops, Polar), `status` (fetch-like SDKs), `$metadata` (AWS). */
function statusOf({ status, statusCode, $metadata }: Record<string, unknown>): number | undefined {
  const { httpStatusCode } = ($metadata ?? {}) as { httpStatusCode?: unknown };
  return [statusCode, status, httpStatusCode].find(
    (value): value is number => Number.isInteger(value) && Number(value) >= 300 && Number(value) <= 599,
  );
}

function headersAfter(error: Record<string, unknown>): number | undefined {
  const response = (error.response ?? error.$response ?? {}) as { headers?: unknown };
  return retryAfterOf(error.headers) ?? retryAfterOf(response.headers);
}

/** Codes that Node and undici give; a code of any other form may have come from the service. */
function networkCode({ code, name, errors }: Record<string, unknown>): string | undefined {
  if (typeof code === "string" && /^(E[A-Z]{2,20}|ERR_[A-Z_]{2,40}|UND_ERR_[A-Z_]{2,30})$/.test(code))
    return code;
  // Several addresses were tried, and none answered.
  if (Array.isArray(errors)) return firstOf(errors[0], networkCode);
  return name === "AbortError" || name === "TimeoutError" ? "timeout" : undefined;
}
