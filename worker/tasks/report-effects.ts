/** Gauges of effects. What has come to an end is no longer among the counts: it is reported as nothing once more. */
import type { JobHelpers } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { effectCounts } from "../database/effects.ts";
import { transact } from "../transaction.ts";

const STATES = ["pending", "delivering", "failed"];

/** One for each task: it remembers the handlers that it has reported. */
export function effectsReporter(context: TaskContext): (helpers: JobHelpers) => Promise<void> {
  const { schema, telemetry, effects } = context;
  const handlers = new Set(effects?.names);
  return async ({ withPgClient }) => {
    const counts = await transact(context, withPgClient, (client) => effectCounts(context, client));
    for (const { handler } of counts) handlers.add(handler);
    for (const handler of handlers) {
      const own = counts.filter((each) => each.handler === handler);
      const attributes = { "lethe.schema": schema, "lethe.handler": handler };
      for (const state of STATES) {
        const count = own.find((each) => each.state === state)?.count ?? 0;
        telemetry.effects(count, { ...attributes, "lethe.state": state });
      }
      const failing = own.filter(({ state }) => state !== "failed").map((each) => each.failing);
      telemetry.effectsFailing(
        failing.reduce((sum, each) => sum + each, 0),
        attributes,
      );
      telemetry.effectsLag(Math.max(0, ...own.map((each) => each.overdue)), attributes);
      if (effects?.has(handler)) telemetry.breaker(effects.wait(handler) > 0, attributes);
    }
  };
}
