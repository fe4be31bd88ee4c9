/** The SQL functions of effects, as the worker calls them. */
import type { TaskContext } from "../context.ts";
import type { Delivery } from "../effects/handler.ts";
import type { Result } from "../effects/runner.ts";
import type { Client } from "../transaction.ts";
import { parseExactly } from "./exact-json.ts";

/** `lethe.claimed_effect` */
export interface ClaimedEffect {
  effect_id: string;
  request_id: string;
  name: string;
  at: Delivery["at"];
  payload: unknown;
  idempotency_key: string;
  attempt: number;
}

/** What became of a claimed effect. The attempt tells a late result from that of whoever claimed the effect since. */
export interface EffectResult {
  effect: string;
  attempt: number;
  result: Result;
}

/** Handlers that have something to deliver now. */
export async function dueHandlers({ schema }: TaskContext, client: Client): Promise<string[]> {
  const { rows } = await client.query<{ handler: string }>(`select handler from ${schema}.due_effects()`);
  return rows.map(({ handler }) => handler);
}

/** When the next effect that isn't due in this transaction will be, if that is within a minute. */
export async function nextEffectSoon({ schema }: TaskContext, client: Client): Promise<Date | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    `select at from ${schema}.next_effect_at() as at where at > now() and at <= now() + interval '1 minute'`,
  );
  return rows[0]?.at ?? null;
}

/** @param lease milliseconds */
export async function claimEffects(
  { schema }: TaskContext,
  client: Client,
  handler: string,
  max: number,
  lease: number,
): Promise<ClaimedEffect[]> {
  const { rows } = await client.query<ClaimedEffect & { payload: string }>(
    `select effect_id::text, request_id::text, name, at, payload::text, idempotency_key, attempt
     from ${schema}.claim_effects($1, $2, $3::interval)`,
    [handler, max, `${lease} milliseconds`],
  );
  return rows.map((row) => ({ ...row, payload: parseExactly(row.payload ?? "null") }));
}

export async function finishEffects(
  { schema }: TaskContext,
  client: Client,
  results: EffectResult[],
): Promise<void> {
  await client.query(`select ${schema}.finish_effects($1)`, [JSON.stringify(results.map(asSql))]);
}

export async function wipeStalePayloads({ schema }: TaskContext, client: Client): Promise<number> {
  const { rows } = await client.query<{ wiped: number }>(`select ${schema}.wipe_stale_payloads() as wiped`);
  return Number(rows[0]?.wiped ?? 0);
}

/** Effects that aren't done. */
export interface EffectCount {
  handler: string;
  state: string;
  count: number;
  /** How many of them were tried in vain. */
  failing: number;
  /** How long the first of them has waited for nothing but a worker, in seconds. */
  overdue: number;
}

export async function effectCounts({ schema }: TaskContext, client: Client): Promise<EffectCount[]> {
  const { rows } = await client.query<EffectCount>(
    `select handler, state, effects::float8 as count,
            failing::float8, coalesce(extract(epoch from now() - next_attempt_at), 0)::float8 as overdue
     from ${schema}.effect_counts`,
  );
  return rows;
}

function asSql({ effect, attempt, result }: EffectResult): object {
  const { state, ...facts } = result;
  const { retryAfterMs, ...rest } = facts as { retryAfterMs?: number };
  return {
    effect,
    attempt,
    state,
    ...rest,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}
