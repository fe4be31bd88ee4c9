/** L080: a payload that can't be made, or that would take out what must not leave. */
import type { AnnotationPath, ColumnRule, Sql } from "../../annotation/model.ts";
import { parseExpression } from "../../sql-fragment.ts";
import { type Decision, type PlanContext, report } from "../context.ts";
import { feedsOf, forEachRules } from "../effect-feeds.ts";
import type { EffectPlan } from "../effects.ts";
import { columnSources } from "../export-columns.ts";
import type { Lint } from "./index.ts";

export const effectPayload: Lint = (plan, context) => {
  const subject = context.decisions.get(plan.subject.table.name);
  for (const effect of plan.effects) {
    const forEach = context.annotation.effects[effect.name]?.forEach;
    const decision = forEach === undefined ? subject : forEachRules(context, forEach)?.decision;
    const expressions: [Sql, AnnotationPath][] = [
      ...effect.payload.map(({ name, sql }): [Sql, AnnotationPath] => [
        sql,
        [...effect.path, "payload", name],
      ]),
      ...(effect.where === null ? [] : [[effect.where, [...effect.path, "where"]] as [Sql, AnnotationPath]]),
    ];
    for (const [sql, path] of expressions)
      if (decision !== undefined) check(context, effect, decision, sql, path);
    matchesEverybody(context, effect);
  }
  for (const feed of feedsOf(context)) {
    const effect = plan.effects.find((each) => each.name === feed.effect);
    if (effect === undefined) continue;
    const problem = (message: string, remedy: string) =>
      report(context, {
        code: "L080",
        subject: `${feed.decision.table.name}.${feed.column}`,
        message,
        remedy,
        path: [...feed.path, "effect"],
      });
    if (feed.decision !== subject && effect.at === "execute" && isClearedEarly(feed.rule))
      problem(
        "the value is cleared when a deletion is scheduled, and the effect is at execution",
        'write at: "schedule" for the effect, or remove it from the column',
      );
    if (isSecret(feed.decision, feed.column)) problem("a secret doesn't leave the database", "remove effect");
    if (effect.payload.some(({ name }) => name === feed.column))
      problem(
        `the effect's payload has ${JSON.stringify(feed.column)} already`,
        "rename the one in the payload, or remove effect here",
      );
  }
};

function check(
  context: PlanContext,
  effect: EffectPlan,
  decision: Decision,
  sql: Sql,
  path: AnnotationPath,
): void {
  const parsed = parseExpression(sql);
  if (!parsed.ok) return;
  const { table } = decision;
  const problem = (message: string, remedy: string) =>
    report(context, { code: "L080", subject: `effect ${effect.name}`, message, remedy, path });
  for (const name of parsed.columns) {
    if (context.catalog.column(table, name) === undefined)
      problem(
        `${table.name} has no column ${JSON.stringify(name)}`,
        `one of: ${table.columns.map((each) => each.name).join(", ")}`,
      );
    else if (isSecret(decision, name))
      problem(`t.${name} is a secret, and secrets don't leave the database`, "send something else");
  }
  if (parsed.bareColumns.includes("t") && table.columns.some((each) => isSecret(decision, each.name)))
    problem("t is the whole row, and there are secrets in it", "name the columns");
  const early = effect.at === "schedule" || effect.at === "before";
  if (parsed.bareColumns.includes("cancel_token") && !early)
    problem(`there is no cancel_token at ${effect.at}`, 'write at: "schedule" or at: "before"');
}

/** Without a key or values of the person's own it would remove the jobs of all people. */
function matchesEverybody(context: PlanContext, effect: EffectPlan): void {
  if (effect.handler !== "jobs") return;
  if (effect.payload.some(({ name }) => name === "key" || name === "payload")) return;
  report(context, {
    code: "L080",
    subject: `effect ${effect.name}`,
    message: "nothing says which jobs are the person's: it would remove everybody's",
    remedy: 'write jobs({ key: "\'user:\' || t.id" }) or jobs({ payload: { userId: "t.id" } })',
    path: effect.path,
  });
}

/** Of the subject's own row the request keeps what an effect needs. */
function isClearedEarly(rule: ColumnRule): boolean {
  return rule.action !== "keep" && rule.action !== "todo" && rule.at === "schedule";
}

function isSecret(decision: Decision, column: string): boolean {
  return columnSources(decision, null).of(column).secret;
}
