/** Where effects get their values from: columns that name them, and the rows that forEach means. */
import type { AnnotationPath, ColumnRule, EffectAnnotation, Owner, Rule, Sql } from "../annotation/model.ts";
import { parseExpression } from "../sql-fragment.ts";
import type { Decision, PlanContext } from "./context.ts";
import { effective, rulesOf } from "./owner.ts";

/** A column that hands its value to an effect. */
export interface Feed {
  effect: string;
  decision: Decision;
  column: string;
  rule: ColumnRule;
  unless: Sql | null;
  path: AnnotationPath;
}

/** A column of a table is one feed, however many of its rules name it. */
export function feedsOf(context: PlanContext): Feed[] {
  const feeds: Feed[] = [];
  for (const decision of context.decisions.values()) {
    for (const { columns, path } of columnsOf(decision)) {
      for (const [column, rule] of Object.entries(columns)) {
        if (rule.action === "keep" || rule.action === "todo" || rule.effect === undefined) continue;
        const { effect, unless } = rule;
        const known = feeds.some(
          (each) => each.decision === decision && each.column === column && each.effect === effect,
        );
        if (known) continue;
        feeds.push({ effect, decision, column, rule, unless: unless ?? null, path: [...path, column] });
      }
    }
  }
  return feeds;
}

function columnsOf(decision: Decision): { columns: Record<string, ColumnRule>; path: AnnotationPath }[] {
  const { annotation, path } = decision;
  if (annotation.class === "subject") return [{ columns: annotation.columns, path: [...path, "columns"] }];
  if (annotation.class !== "table") return [];
  const own = { columns: annotation.columns ?? {}, path: [...path, "columns"] };
  const rules = rulesOf(decision).flatMap(({ rule, path: at }) => [
    { columns: rule.columns ?? {}, path: [...at, "columns"] },
    ...(rule.class === "blocker" && rule.otherwise !== undefined
      ? [{ columns: rule.otherwise.columns ?? {}, path: [...at, "otherwise", "columns"] }]
      : []),
  ]);
  return [own, ...rules];
}

export interface ForEachRules {
  decision: Decision;
  rules: { rule: Rule; path: AnnotationPath }[];
}

/** The rules that say whose a table's rows are; null where there are none, or none with that owner. */
export function forEachRules(
  context: PlanContext,
  { table, owner }: NonNullable<EffectAnnotation["forEach"]>,
): ForEachRules | null {
  const decision = context.catalog
    .resolveName(table, context.annotation.access.searchPath)
    .map((candidate) => context.decisions.get(candidate.name))
    .find((each) => each !== undefined);
  if (decision === undefined) return null;
  const rules = ownRules(decision).filter(
    ({ rule }) => owner === undefined || isOwner(effective(rule), owner),
  );
  return rules.length === 0 ? null : { decision, rules };
}

export function ownRules(decision: Decision): ForEachRules["rules"] {
  return decision.annotation.class === "table" ? rulesOf(decision) : [];
}

function isOwner(rule: Rule, owner: Owner): boolean {
  // An owner that the rule doesn't name is the table's only foreign key.
  return rule.owner === undefined
    ? owner.by === "column"
    : JSON.stringify(rule.owner) === JSON.stringify(owner);
}

/** Every piece of SQL over `t` that an effect evaluates. */
export function expressionsOf({ payload, where }: EffectAnnotation): Sql[] {
  return [...Object.values(payload), ...(where === undefined ? [] : [where])];
}

export const mentions =
  (column: string) =>
  (expression: Sql): boolean => {
    const parsed = parseExpression(expression);
    // `t` alone is the whole row.
    return parsed.ok && (parsed.columns.includes(column) || parsed.bareColumns.includes("t"));
  };
