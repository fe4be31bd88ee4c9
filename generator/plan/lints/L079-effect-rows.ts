/** L079: an effect for each row of a table whose rows are nobody's, or gone by then. */
import { type PlanContext, report } from "../context.ts";
import { feedsOf, forEachRules, ownRules } from "../effect-feeds.ts";
import type { EffectPlan } from "../effects.ts";
import { effective } from "../owner.ts";
import type { Lint } from "./index.ts";

export const effectRows: Lint = (plan, context) => {
  const feeds = feedsOf(context);
  for (const effect of plan.effects) {
    const forEach = context.annotation.effects[effect.name]?.forEach;
    const problem = (setting: string, message: string, remedy: string) =>
      report(context, {
        code: "L079",
        subject: `effect ${effect.name}`,
        message,
        remedy,
        path: [...effect.path, setting],
      });
    const own = feeds.filter((feed) => feed.effect === effect.name);
    if (forEach === undefined) {
      for (const { decision } of own)
        refuseSessions(effect, ownRules(decision), problem, decision.table.name);
      continue;
    }
    const found = forEachRules(context, forEach);
    if (found === null) {
      problem(
        "forEach",
        notOwned(context, forEach),
        "name a table that has an owner in this file, or remove forEach",
      );
      continue;
    }
    refuseSessions(effect, found.rules, problem, found.decision.table.name);
    for (const feed of own) {
      if (feed.decision === found.decision) continue;
      problem(
        "forEach",
        `it is for each row of ${found.decision.table.name}, but ${feed.decision.table.name}.${feed.column} names it too`,
        "declare an effect of its own for that column",
      );
    }
  }
};

function notOwned(context: PlanContext, { table, owner }: { table: string; owner?: unknown }): string {
  if (owner !== undefined && forEachRules(context, { table }) !== null)
    return `${JSON.stringify(table)} has no rule with that owner`;
  const known = context.catalog.resolveName(table, context.annotation.access.searchPath).length > 0;
  return known
    ? `the rows of ${JSON.stringify(table)} are nobody's`
    : `there is no table ${JSON.stringify(table)}`;
}

function refuseSessions(
  effect: EffectPlan,
  rules: ReturnType<typeof ownRules>,
  problem: (setting: string, message: string, remedy: string) => void,
  name: string,
): void {
  const gone = rules.length > 0 && rules.every(({ rule }) => effective(rule).class === "session");
  if (!gone || (effect.at !== "execute" && effect.at !== "cancel")) return;
  problem(
    "at",
    `the rows of ${name} are deleted when a deletion is scheduled: at ${effect.at} there are none`,
    'write at: "schedule"',
  );
}
