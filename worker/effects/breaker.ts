/** Stops calling a service that is down, and looks again after a pause that doubles. */
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from "cockatiel";
import type { Failure } from "./classify.ts";
import type { Outcome } from "./handler.ts";

export interface BreakerOptions {
  /** So many passing failures in a row open it. Default: 5. */
  failures?: number;
  /** The first pause, in milliseconds; each next one is twice as long. Default: 5,000. */
  pauseMs?: number;
  /** Default: 300,000. */
  longestPauseMs?: number;
}

export interface Breaker {
  policy: CircuitBreakerPolicy;
  /** Milliseconds until the service may be called again; 0 while it may. */
  wait(): number;
  /** Nobody calls before then. */
  pause(milliseconds: number): void;
}

export type Attempt = Outcome | Failure | { state: "stopped" };

export function createBreaker(options: BreakerOptions = {}): Breaker {
  const { failures = 5, pauseMs = 5_000, longestPauseMs = 300_000 } = options;
  let openUntil = 0;
  let pausedUntil = 0;
  // Asked for exactly when it opens: anew from closed, the next one after a trial call that failed.
  const opened = (duration: number): IBackoff<unknown> => {
    openUntil = Date.now() + duration;
    return { duration, next: () => opened(Math.min(longestPauseMs, duration * 2)) };
  };
  const policy = circuitBreaker(
    handleWhenResult((attempt) => (attempt as Attempt).state === "retry"),
    { breaker: new ConsecutiveBreaker(failures), halfOpenAfter: { next: () => opened(pauseMs) } },
  );
  return {
    policy,
    wait() {
      const open = policy.state === CircuitState.Open ? openUntil : 0;
      return Math.max(0, Math.max(open, pausedUntil) - Date.now());
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, Date.now() + milliseconds);
    },
  };
}
