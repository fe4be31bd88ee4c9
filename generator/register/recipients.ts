/** Who is told something outside the database, and what (GDPR Art. 30(1)(d)). */
import type { EffectPlan } from "../plan/effects.ts";
import type { Plan } from "../plan/model.ts";
import type { Recipient } from "./model.ts";

/** By handler. Removing jobs from the queue tells nobody. */
export function recipientsOf(plan: Plan): Recipient[] {
  const effects = plan.effects.filter((effect) => effect.handler !== "jobs");
  const handlers = [...new Set(effects.map((effect) => effect.handler))].sort();
  return handlers.map((recipient) => ({
    recipient,
    effects: effects
      .filter((effect) => effect.handler === recipient)
      .map((effect) => ({ effect: effect.name, at: effect.at, values: valuesOf(effect) }))
      .sort((a, b) => (a.effect < b.effect ? -1 : 1)),
  }));
}

function valuesOf({ payload, sources }: EffectPlan): string[] {
  const columns = sources.flatMap(({ table, column }) =>
    column === null ? [] : [`${table.name}.${column}`],
  );
  return [
    ...new Set([
      ...columns,
      ...payload.map(({ name, sql }) => `${name}: ${sql.replace(/\s+/g, " ").trim()}`),
    ]),
  ];
}
