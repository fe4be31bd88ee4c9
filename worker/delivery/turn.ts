/**
 * One handler's turn: claims as many effects as the handler can begin at once, and exchanges results for new effects
 * whenever one is done, so that a slow delivery holds back nobody's receipt. It ends when nothing is due, when its time
 * is over, when the service can't be called, or when the worker stops.
 */
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import type { ClaimedEffect, EffectResult } from "../database/effects.ts";
import type { Result, Runner } from "../effects/runner.ts";
import { createBell } from "./bell.ts";
import { deliver } from "./deliver.ts";
import { exchange } from "./exchange.ts";

/** How long a turn claims, in milliseconds. */
const TURN = 20_000;
/** How long what runs has to end when the worker stops, in milliseconds. Then it is given back. */
const GRACE = 5_000;

export interface Turn {
  /** Resolves when the turn is over; then nothing of it runs any more. */
  over: Promise<Taken>;
  /** More may be due than there was. False once the turn doesn't look any more. */
  wake(): boolean;
}

export interface Taken {
  /** How many deliveries ended in each state. */
  counts: Partial<Record<Result["state"], number>>;
  /** Something may be due that this turn has left. */
  more: boolean;
}

export function takeTurn(
  context: TaskContext,
  runner: Runner,
  handler: string,
  withPgClient: WithPgClient,
  stop: AbortSignal,
): Turn {
  const end = Date.now() + TURN;
  const bell = createBell();
  const counts: Taken["counts"] = {};
  const running = new Set<Promise<void>>();
  const results: EffectResult[] = [];
  const abandon = abandoning(stop);
  let wakes = 0;
  let looks = true;

  const begin = (effect: ClaimedEffect) => {
    const delivery = deliver(context, runner, handler, effect, abandon.signal).then((result) => {
      counts[result.state] = (counts[result.state] ?? 0) + 1;
      results.push({ effect: effect.effect_id, attempt: effect.attempt, result });
      running.delete(delivery);
      bell.ring();
    });
    running.add(delivery);
  };

  const take = async (): Promise<Taken> => {
    for (;;) {
      const room = stop.aborted || Date.now() >= end ? 0 : runner.capacity(handler);
      const wakesBefore = wakes;
      const given = { handler, results: results.splice(0), room, lease: runner.lease(handler) };
      const claimed = await exchange(context, withPgClient, given);
      for (const effect of claimed) begin(effect);
      const isDry = claimed.length < room && wakes === wakesBefore;
      if (running.size === 0 && results.length === 0 && (isDry || room === 0)) {
        return { counts, more: !isDry };
      }
      await bell.next();
    }
  };
  const over = take().finally(async () => {
    looks = false;
    abandon.now();
    await Promise.all(running);
  });
  return {
    over,
    wake() {
      wakes++;
      bell.ring();
      return looks;
    },
  };
}

/** Aborted some time after `stop`. */
function abandoning(stop: AbortSignal): { signal: AbortSignal; now(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    timer = setTimeout(() => controller.abort(), GRACE);
  };
  if (stop.aborted) soon();
  stop.addEventListener("abort", soon, { once: true });
  return {
    signal: controller.signal,
    now() {
      stop.removeEventListener("abort", soon);
      clearTimeout(timer);
      controller.abort();
    },
  };
}
