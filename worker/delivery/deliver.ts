/** One delivery: what is told to the handler, measured and logged. */
import type { TaskContext } from "../context.ts";
import type { ClaimedEffect } from "../database/effects.ts";
import type { Result, Runner } from "../effects/runner.ts";
import { factsOf } from "../errors.ts";

/** Never throws. */
export async function deliver(
  { schema, telemetry, log }: TaskContext,
  runner: Runner,
  handler: string,
  effect: ClaimedEffect,
  signal: AbortSignal,
): Promise<Result> {
  const { effect_id, request_id, name, at, payload, attempt } = effect;
  const attributes = { "lethe.schema": schema, "lethe.handler": handler };
  const startedAt = performance.now();
  const result = await telemetry.span("lethe.effect", { ...attributes, "lethe.effect": effect_id }, (span) =>
    runner
      .run(handler, payload, {
        idempotencyKey: effect.idempotency_key,
        attempt,
        signal,
        effect: name,
        requestId: request_id,
        at,
      })
      .catch((error: unknown): Result => ({ state: "retry", code: factsOf(error).code }))
      .then((outcome) => {
        span.setAttribute("lethe.effect.state", outcome.state);
        return outcome;
      }),
  );
  telemetry.delivered((performance.now() - startedAt) / 1000, { ...attributes, "lethe.state": result.state });
  const facts = { handler, effect: effect_id, name, request: request_id, attempt };
  if (result.state === "failed") log.error({ ...facts, code: result.code }, "an effect failed for good");
  if (result.state === "retry")
    log.warn({ ...facts, code: result.code }, "an effect failed; it is tried again");
  return result;
}
