/** The rows and values that make effects, under each strategy the ones that it erases. */
import type { AnnotationPath, EffectAnnotation, EffectTime, Rule, Strategy } from "../annotation/model.ts";
import { type Decision, type PlanContext, ref, Unresolved } from "./context.ts";
import { type Feed, forEachRules, ownRules } from "./effect-feeds.ts";
import type { EffectArm, EffectSource } from "./effects.ts";
import type { KeyPlan, SubjectPlan } from "./model.ts";
import type { Operations } from "./operations.ts";
import { effective, ownedRows } from "./owner.ts";
import { isOrphaned } from "./referenced-by.ts";
import { rowsUnder } from "./rows-under.ts";

/** What a source is resolved with. */
export interface Whole {
  context: PlanContext;
  subject: Decision;
  key: KeyPlan;
  operations: Operations;
  subjectPlan: SubjectPlan;
}

/** An effect that no column feeds: one for the person, or one for each row. */
export function rowSources(whole: Whole, effect: EffectAnnotation): EffectSource[] {
  const { context, subject } = whole;
  const strategies = strategiesOf(context, effect);
  const common = { column: null, ownRow: true, unless: null };
  if (effect.forEach === undefined)
    return [{ ...common, table: ref(subject.table), arms: null, strategies: named(context, strategies) }];
  const found = forEachRules(context, effect.forEach);
  if (found === null) return [];
  const table = ref(found.decision.table);
  return byArms(context, strategies, effect.at, (under) =>
    found.rules.flatMap(({ rule, path }) => arm(whole, found.decision, rule, path, under)),
  ).map((each) => ({ ...common, ...each, table }));
}

/** Of rows that go once nothing points at them: told of as they go, after everything else. */
export function goesLast({ arms }: EffectSource): boolean {
  return arms?.some(({ rows }) => isOrphaned(rows)) ?? false;
}

/** soft_delete leaves what is personal where it is, and so does the outside; unless it is all there is. */
export function strategiesOf({ annotation }: PlanContext, effect: EffectAnnotation): Strategy[] {
  const allowed = annotation.lifecycle.strategies;
  const said = effect.strategies?.filter((each) => allowed.includes(each));
  if (said !== undefined || effect.at !== "execute") return said ?? allowed;
  const erasing = allowed.filter((each) => each !== "soft_delete");
  return erasing.length === 0 ? allowed : erasing;
}

/** A column that hands its value over: at execution where, and only where, it is erased. */
export function columnSources(whole: Whole, effect: EffectAnnotation, feed: Feed): EffectSource[] {
  const { context } = whole;
  const allowed = context.annotation.lifecycle.strategies;
  const wanted = allowed.filter((each) => effect.strategies?.includes(each) ?? true);
  if (feed.decision === whole.subject) return subjectColumn(whole, effect, feed, wanted);
  const common = { column: feed.column, ownRow: effect.forEach !== undefined, unless: null };
  const table = ref(feed.decision.table);
  const armsOf = (under: Strategy) =>
    effect.at === "execute"
      ? erasedArms(whole, feed, under)
      : ownRules(feed.decision).flatMap(({ rule, path }) => arm(whole, feed.decision, rule, path, under));
  return byArms(context, wanted, effect.at, armsOf).map((each) => ({ ...common, ...each, table }));
}

function subjectColumn(
  { context, subject, subjectPlan }: Whole,
  { at }: EffectAnnotation,
  { column, unless }: Feed,
  wanted: Strategy[],
): EffectSource[] {
  const cleared = subjectPlan.changes.soft_delete.some((change) => change.column === column);
  const erasing = wanted.filter((each) => at !== "execute" || each !== "soft_delete" || cleared);
  // A row that goes takes the value with it, whatever its condition says.
  const conditional: Strategy[] = unless === null ? [] : erasing.filter((each) => each !== "hard_delete");
  const whole = erasing.filter((each) => !conditional.includes(each));
  const source = (strategies: Strategy[], condition: string | null): EffectSource[] =>
    strategies.length === 0
      ? []
      : [
          {
            table: ref(subject.table),
            arms: null,
            column,
            ownRow: true,
            unless: condition,
            strategies: named(context, strategies),
          },
        ];
  return [...source(whole, null), ...source(conditional, unless)];
}

function erasedArms(whole: Whole, { decision, column }: Feed, under: Strategy): EffectArm[] {
  const operations = whole.operations[under].filter((each) => each.table.name === decision.table.name);
  const erased = operations.flatMap((each): EffectArm[] => {
    if (each.action === "delete") return [{ rows: each.rows, unless: null }];
    const change = each.changes.find((one) => one.column === column);
    return change === undefined ? [] : [{ rows: each.rows, unless: change.unless }];
  });
  // No statement of ours: the foreign key does it.
  const cascading = ownRules(decision).flatMap(({ rule: outer, path }) => {
    const rule = effective(outer);
    return rule.class === "content" && under !== "soft_delete" && rowsUnder(rule, under) === "cascade"
      ? arm(whole, decision, rule, path, under)
      : [];
  });
  return [...erased, ...cascading];
}

/** Strategies under which the same rows count share a statement. */
function byArms(
  context: PlanContext,
  strategies: Strategy[],
  at: EffectTime,
  armsOf: (under: Strategy) => EffectArm[],
): Pick<EffectSource, "arms" | "strategies">[] {
  const groups = new Map<string, { arms: EffectArm[]; strategies: Strategy[] }>();
  for (const strategy of strategies) {
    // Only the execution does different things under different strategies.
    const arms = distinct(armsOf(at === "execute" ? strategy : "soft_delete"));
    if (arms.length === 0) continue;
    const known = groups.get(JSON.stringify(arms));
    if (known === undefined) groups.set(JSON.stringify(arms), { arms, strategies: [strategy] });
    else known.strategies.push(strategy);
  }
  return [...groups.values()].map((each) => ({ ...each, strategies: named(context, each.strategies) }));
}

/** Null where all that are allowed are meant. */
function named({ annotation }: PlanContext, strategies: Strategy[]): Strategy[] | null {
  return strategies.length === annotation.lifecycle.strategies.length ? null : strategies;
}

function distinct(arms: EffectArm[]): EffectArm[] {
  const text = (one: EffectArm) => JSON.stringify(one);
  return arms.filter((one, index) => arms.findIndex((other) => text(other) === text(one)) === index);
}

function arm(
  { context, subject, key }: Whole,
  decision: Decision,
  rule: Rule,
  path: AnnotationPath,
  under: Strategy,
): EffectArm[] {
  try {
    const rows = ownedRows(context, subject, key, decision.table, effective(rule), path, under);
    return [{ rows, unless: null }];
  } catch (error) {
    if (error instanceof Unresolved) return [];
    throw error;
  }
}
