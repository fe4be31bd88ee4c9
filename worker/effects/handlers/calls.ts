/**
 * For SDKs that take a `fetch` of one's own but no signal: each call gets the signal of its delivery, and what the
 * service answered is seen even where the SDK keeps its failures to itself.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Seen {
  /** The last answer. */
  response?: Response;
  /** Why there was none. */
  error?: unknown;
}

export interface Calls {
  fetch: typeof globalThis.fetch;
  /** Throws what fetch threw, where the SDK wraps it so that its code is lost. */
  run<T>(signal: AbortSignal, work: (seen: Seen) => Promise<T>): Promise<T>;
}

export function createCalls(): Calls {
  const deliveries = new AsyncLocalStorage<{ signal: AbortSignal; seen: Seen }>();
  return {
    async fetch(url, init = {}) {
      const delivery = deliveries.getStore();
      if (delivery === undefined) return await globalThis.fetch(url, init);
      const { seen } = delivery;
      delete seen.error;
      delete seen.response;
      const signals = [delivery.signal, ...(init.signal ? [init.signal] : [])];
      try {
        seen.response = await globalThis.fetch(url, { ...init, signal: AbortSignal.any(signals) });
        return seen.response;
      } catch (error) {
        seen.error = error;
        throw error;
      }
    },
    run: (signal, work) => {
      const seen: Seen = {};
      return deliveries.run({ signal, seen }, async () => {
        try {
          return await work(seen);
        } catch (error) {
          throw seen.error ?? error;
        }
      });
    },
  };
}

/** For SDKs that take neither: the delivery ends at once, the call is left to itself. */
export async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
