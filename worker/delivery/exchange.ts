/** One transaction between the worker and the table of effects: hands in results, takes new effects. */
import { setTimeout as sleep } from "node:timers/promises";
import type { WithPgClient } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { type ClaimedEffect, claimEffects, type EffectResult, finishEffects } from "../database/effects.ts";
import { factsOf } from "../errors.ts";
import { transact } from "../transaction.ts";

export interface Exchange {
  handler: string;
  results: EffectResult[];
  /** How many to claim at most; may be 0. */
  room: number;
  /** In milliseconds. */
  lease: number;
}

/** What was delivered should be written down: otherwise it is delivered again when its lease is over. */
const TRIES = 4;

export async function exchange(
  context: TaskContext,
  withPgClient: WithPgClient,
  { handler, results, room, lease }: Exchange,
): Promise<ClaimedEffect[]> {
  if (results.length === 0 && room === 0) return [];
  for (let attempt = 1; ; attempt++) {
    try {
      return await transact(context, withPgClient, async (client) => {
        if (results.length > 0) await finishEffects(context, client, results);
        return room > 0 ? await claimEffects(context, client, handler, room, lease) : [];
      });
    } catch (error) {
      if (results.length === 0 || attempt === TRIES) throw error;
      const facts = { handler, effects: results.length, ...factsOf(error) };
      context.log.warn(facts, "results could not be written down; once more");
      await sleep(250 * 2 ** attempt);
    }
  }
}
