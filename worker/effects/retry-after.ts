/** The header Retry-After (RFC 9110, 10.2.3): seconds, or a date. */

/** Longer than a day isn't a pause any more: the effect's own retries look again. */
const LONGEST = 86_400_000;

/** Milliseconds to wait; undefined where there is no such header, or no sense in it. */
export function parseRetryAfter(value: unknown, now = Date.now()): number | undefined {
  if (typeof value === "number") return bounded(value * 1000);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  // Date.parse takes much that isn't an HTTP date: each of the three forms begins with the name of a day.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

/** From the headers as an SDK holds them: `Headers`, a `Map`, or an object with names in any case. */
export function retryAfterOf(headers: unknown, now = Date.now()): number | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  if (typeof (headers as Headers).get === "function") {
    return parseRetryAfter((headers as Headers).get("retry-after"), now);
  }
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === "retry-after");
  return parseRetryAfter(Array.isArray(found?.[1]) ? found[1][0] : found?.[1], now);
}

function bounded(time: number): number | undefined {
  return Number.isFinite(time) ? Math.min(LONGEST, Math.max(0, Math.round(time))) : undefined;
}
