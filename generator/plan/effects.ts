/**
 * Plans the work outside the database: which rows and columns make which effects, when. What can't be resolved is left out
 * here and reported by L076 to L080.
 */
import type { AnnotationPath, EffectTime, Sql, Strategy } from "../annotation/model.ts";
import { parseExpression } from "../sql-fragment.ts";
import type { Decision, PlanContext } from "./context.ts";
import { feedsOf } from "./effect-feeds.ts";
import { columnSources, rowSources, type Whole } from "./effect-sources.ts";
import type { KeyPlan, OptionTest, OwnedRows, SubjectPlan, TableRef } from "./model.ts";
import type { Operations } from "./operations.ts";
import { optionOf } from "./owner.ts";

export interface EffectPlan {
  name: string;
  handler: string;
  at: EffectTime;
  /** PostgreSQL interval; only with "before". */
  lead: string | null;
  after: string[];
  required: boolean;
  payload: { name: string; sql: Sql }[];
  /** Whether the payload carries the token of the link that takes the deletion back. */
  token: boolean;
  where: Sql | null;
  option: OptionTest | null;
  /** Each makes effects of its own. */
  sources: EffectSource[];
  path: AnnotationPath;
}

/** Rows that make one effect each. */
export interface EffectSource {
  table: TableRef;
  /** Ways in which rows are the subject's, any of which counts; null for the subject's own row. */
  arms: EffectArm[] | null;
  /** The column whose value makes the effect; null where the row does. */
  column: string | null;
  /** Whether `t` of payload and where is this row; the subject's otherwise. */
  ownRow: boolean;
  /** Of the subject's own row: where this holds the value stays, and so does what is outside. */
  unless: Sql | null;
  /** Requests under these strategies; null for all. */
  strategies: Strategy[] | null;
}

export interface EffectArm {
  rows: OwnedRows;
  unless: Sql | null;
}

export function planEffects(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  operations: Operations,
  subjectPlan: SubjectPlan,
): EffectPlan[] {
  // Owners that can't be resolved have been reported with the operations.
  const whole: Whole = { context: { ...context, findings: [] }, subject, key, operations, subjectPlan };
  const feeds = feedsOf(context);
  const planned = Object.entries(context.annotation.effects).map(([name, effect]): EffectPlan => {
    const { handler, at, lead, after, required, payload, where } = effect;
    const own = feeds.filter((feed) => feed.effect === name);
    return {
      name,
      handler,
      at,
      lead: lead ?? null,
      after,
      required,
      payload: Object.entries(payload).map(([field, sql]) => ({ name: field, sql })),
      token: Object.values(payload).some(carriesToken),
      where: where ?? null,
      option: optionOf(effect),
      sources:
        own.length === 0
          ? rowSources(whole, effect)
          : own.flatMap((feed) => columnSources(whole, effect, feed)),
      path: ["effects", name],
    };
  });
  return inOrder(planned);
}

function carriesToken(sql: Sql): boolean {
  const parsed = parseExpression(sql);
  return parsed.ok && parsed.bareColumns.includes("cancel_token");
}

/** Predecessors first, so that whoever waits finds them there. */
function inOrder(effects: EffectPlan[]): EffectPlan[] {
  const ordered: EffectPlan[] = [];
  const visit = (effect: EffectPlan, above: string[]): void => {
    if (ordered.includes(effect) || above.includes(effect.name)) return;
    for (const name of effect.after) {
      const first = effects.find((each) => each.name === name);
      if (first !== undefined) visit(first, [...above, effect.name]);
    }
    ordered.push(effect);
  };
  for (const effect of effects) visit(effect, []);
  return ordered;
}
