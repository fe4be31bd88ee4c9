/** L077: an order of effects that nothing can follow. */
import type { EffectTime } from "../../annotation/model.ts";
import { nearest } from "../../annotation/nearest.ts";
import { report } from "../context.ts";
import { goesLast } from "../effect-sources.ts";
import type { EffectPlan } from "../effects.ts";
import type { Lint } from "./index.ts";

/** What may have happened by then: nothing of an execution when a deletion is cancelled, and the other way round. */
const BEFORE: Record<EffectTime, EffectTime[]> = {
  schedule: ["schedule"],
  before: ["schedule", "before"],
  cancel: ["schedule", "before", "cancel"],
  execute: ["schedule", "before", "execute"],
};

export const effectOrder: Lint = (plan, context) => {
  const named = new Map(plan.effects.map((effect) => [effect.name, effect]));
  const told = new Set<string>();
  for (const effect of plan.effects) {
    const problem = (message: string, remedy: string) =>
      report(context, {
        code: "L077",
        subject: `effect ${effect.name}`,
        message,
        remedy,
        path: [...effect.path, "after"],
      });
    for (const name of effect.after) {
      const first = named.get(name);
      const others = [...named.keys()].filter((each) => each !== effect.name);
      if (first === undefined) {
        const near = nearest(name, others);
        problem(
          `it comes after ${JSON.stringify(name)}, which is no effect`,
          near === undefined
            ? "name one of the effects, or remove it"
            : `did you mean ${JSON.stringify(near)}?`,
        );
      } else if (!BEFORE[effect.at].includes(first.at)) {
        problem(
          `at ${effect.at} it would wait for ${JSON.stringify(name)}, which is at ${first.at}`,
          "name an effect that is due earlier, or change at",
        );
      } else if (first.sources.some(goesLast) && !effect.sources.every(goesLast)) {
        problem(
          `it would wait for ${JSON.stringify(name)}, which is for rows that go last, once nothing points at them: delivered by then, perhaps`,
          "remove it from after",
        );
      }
    }
    const circle = circleOf(effect, named);
    if (circle === null || circle.some((name) => told.has(name))) continue;
    for (const name of circle) told.add(name);
    problem(
      `they wait for each other in a circle: ${[...circle, circle[0]].join(" → ")}`,
      "remove one of them from after",
    );
  }
};

function circleOf(start: EffectPlan, named: Map<string, EffectPlan>): string[] | null {
  const walk = (name: string, way: string[]): string[] | null => {
    if (way.includes(name)) return name === start.name ? way : null;
    for (const next of named.get(name)?.after ?? []) {
      const found = walk(next, [...way, name]);
      if (found !== null) return found;
    }
    return null;
  };
  return walk(start.name, []);
}
