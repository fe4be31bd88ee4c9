/** L078: an effect at a time that never comes, or that is too late for what it is to do. */
import { longestDays } from "../../annotation/interval.ts";
import { report } from "../context.ts";
import { strategiesOf } from "../effect-sources.ts";
import type { Lint } from "./index.ts";

export const effectTime: Lint = (plan, context) => {
  const { strategies, gracePeriod } = plan.lifecycle;
  for (const effect of plan.effects) {
    const said = context.annotation.effects[effect.name];
    if (said === undefined) continue;
    const problem = (setting: string, message: string, remedy: string) =>
      report(context, {
        code: "L078",
        subject: `effect ${effect.name}`,
        message,
        remedy,
        path: [...effect.path, setting],
      });
    if (effect.required && effect.at !== "schedule" && effect.at !== "before")
      problem(
        "required",
        `the execution can't wait for an effect that is caused at ${effect.at}`,
        'write at: "schedule" or at: "before", or remove required',
      );
    if (effect.lead !== null && effect.at !== "before")
      problem(
        "lead",
        `only an effect before the execution has a lead; this one is at ${effect.at}`,
        'write at: "before"',
      );
    if (effect.at === "before" && effect.lead === null && !effect.required)
      problem(
        "at",
        "it says neither how long before the execution, nor that the execution waits for it",
        'write lead: "3 days", or required: true',
      );
    const [lead, grace] = [effect.lead === null ? null : longestDays(effect.lead), longestDays(gracePeriod)];
    if (effect.at === "before" && lead !== null && grace !== null && lead >= grace)
      problem(
        "lead",
        `${effect.lead} before the execution is not within the grace period of ${gracePeriod}`,
        `write less than "${gracePeriod}"`,
      );
    if (strategiesOf(context, said).length === 0)
      problem(
        "strategies",
        `none of its strategies is allowed: ${strategies.join(", ")} are`,
        "name an allowed one, or remove strategies",
      );
  }
};
