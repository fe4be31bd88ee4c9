/** Effects of rows that came after an erasure: a later look found them, and they are erased as well. */
import type { Strategy } from "../annotation/model.ts";
import type { EffectPlan, EffectSource } from "../plan/effects.ts";
import type { Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import {
  anyOfAll,
  asksSubject,
  conditions,
  hold,
  insertEffects,
  ofArms,
  ofOwnRequest,
  rowsWhere,
  withOwner,
} from "./effects.ts";
import { allOf, leftOver } from "./operation.ts";
import { isLast } from "./orphans.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, table } from "./text.ts";

/** Those for the person alone were written once, and nobody wants two farewell mails. */
export function lateEffects(plan: Plan): DatabaseObject {
  const statements = plan.effects
    .filter((effect) => effect.at === "execute")
    .flatMap((effect) =>
      effect.sources
        .flatMap(withOwner)
        .flatMap((source) =>
          (source.strategies ?? plan.lifecycle.strategies).flatMap((strategy) =>
            late(plan, effect, source, strategy),
          ),
        ),
    );
  return routine(plan, {
    kind: "procedure",
    name: "capture_late_effects",
    parameters: [{ name: "requests", type: "bigint[]" }],
    body: statements.length === 0 ? "return;" : [...statements, hold("requests")].join("\n\n"),
    comment:
      "Written when residue is found: effects for each row of which there is something left to erase. Called by Lethe alone.",
  });
}

function late(plan: Plan, effect: EffectPlan, source: EffectSource, strategy: Strategy): string[] {
  const { arms, column: fed } = source;
  if (arms === null) return [];
  const left = plan.operations[strategy]
    .filter(({ table: of, rows }) => of.name === source.table.name && !isLast({ rows }))
    .filter(({ action, changes }) => fed === null || action === "delete" || changes.some(feeds(fed)))
    .map((operation) => leftOver(operation, plan.key, ofOwnRequest, fed));
  if (left.length === 0) return [];
  // A row that stays had its effect the first time: only what is still to be done counts.
  const where =
    fed === null ? allOf([`(${ofArms(arms, ofOwnRequest)})`, `(${anyOfAll(left)})`]) : anyOfAll(left);
  const subject = asksSubject(effect) ? whoLeft(plan) : [];
  const sql = insertEffects(effect, source, {
    from: ["from lethe.deletion_request r", ...rowsWhere(source, subject, where)],
    where: allOf([
      "r.id = any (requests)",
      `r.strategy = ${literal(strategy)}`,
      ...conditions(withoutPerson(effect, source), { ...source, strategies: null }),
    ]),
  });
  return [`${sql};`];
}

const feeds = (name: string) => (change: { column: string }) => change.column === name;

/** The person's row is erased, or gone with all that it said: what it can't say any more is NULL. */
function whoLeft({ subject, key }: Plan): string[] {
  return [`left join ${table(subject.table)} t on ${column(key.column)} = r.subject_id`];
}

/** Too much outside is cleaned up rather than too little: the person's own values don't tell any more. */
function withoutPerson(effect: EffectPlan, source: EffectSource): EffectPlan {
  return source.ownRow ? effect : { ...effect, where: null };
}
