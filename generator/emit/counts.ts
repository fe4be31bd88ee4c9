/** Functions that only look: what blocks, what would happen. */
import type { Strategy } from "../annotation/model.ts";
import type { EffectPlan } from "../plan/effects.ts";
import type { BlockerPlan, Operation, OptionTest, Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { countEffects } from "./effects.ts";
import { count } from "./operation.ts";
import { optionVariable, ownedBy, rowsAsked, type Subjects } from "./owner.ts";
import { routine } from "./routine.ts";
import { MOMENTS } from "./steps.ts";
import { subjectChanges } from "./strategies.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function counts(plan: Plan): DatabaseObject[] {
  return [countBlockers(plan), blockedSubjects(plan), refusal(plan), countOperations(plan)];
}

const one: Subjects = () => "array[subject]";

function countBlockers(plan: Plan): DatabaseObject {
  const selects = plan.blockers.map((each) => {
    const message = each.message.split("{count}").map(literal).join(" || n.count || ");
    return [
      `select ${literal(each.code)}, ${message}, n.count, ${each.blocking}`,
      "from (",
      indent(blockerRows(each, one, "select count(*) as count"), 2),
      ") n",
    ].join("\n");
  });
  const empty = "select null::text, null::text, null::bigint, null::boolean\nwhere false";
  return routine(plan, {
    kind: "function",
    name: "count_blockers",
    parameters: [{ name: "subject", type: plan.key.type }],
    returns: "table (code text, message text, count bigint, blocking boolean)",
    volatility: "stable",
    body: `return query\n${selects.length === 0 ? empty : selects.join("\nunion all\n")};`,
    comment: "Counts what stands in the way of a subject's deletion, and what is only reported.",
  });
}

function blockerRows(each: BlockerPlan, subjects: Subjects, select: string): string {
  return `${select}\nfrom ${table(each.table)} t\nwhere ${ownedBy(each.rows, subjects).join("\n  and ")}`;
}

function blockedSubjects(plan: Plan): DatabaseObject {
  const each: Subjects = () => "array[s.id]";
  const key = column(plan.key.column);
  const reasons = [
    ...plan.blockers
      .filter((blocker) => blocker.blocking)
      .map((blocker) => blockerRows(blocker, each, "select")),
    ...refusals(plan).map(
      (refused) => `select\nfrom ${table(plan.subject.table)} t\nwhere ${key} = s.id and (${refused.where})`,
    ),
  ].map((rows) => `exists (\n${indent(rows, 2)}\n)`);
  const nobody = reasons.length === 0;
  const body = nobody
    ? `select '{}'::${plan.key.type}[];`
    : `return array(\n  select s.id\n  from unnest(subjects) as s (id)\n  where ${indent(reasons.join("\nor "), 2).trimStart()}\n);`;
  return routine(plan, {
    kind: "function",
    name: "blocked_subjects",
    parameters: [{ name: "subjects", type: `${plan.key.type}[]` }],
    returns: `${plan.key.type}[]`,
    volatility: "stable",
    // Where nothing can block, asking costs nothing.
    ...(nobody ? { language: "sql" as const, inlined: true } : {}),
    body,
    comment: "Those of the subjects whose deletion something blocks at this moment.",
  });
}

function refusals(plan: Plan): { where: string; message: string }[] {
  const ghosts = plan.ghosts.map((ghost) => ({
    where: `${column(plan.key.column)} = ${literal(ghost.key)}`,
    message: "stands in for departed people",
  }));
  return [...ghosts, ...plan.subject.refuse];
}

function refusal(plan: Plan): DatabaseObject {
  const reasons = refusals(plan);
  const cases = reasons.map((each) => `when ${each.where.trim()} then ${literal(each.message)}`).join("\n");
  const body =
    reasons.length === 0
      ? "return null;"
      : `return (\n  select case\n${indent(cases, 4)}\n  end\n  from ${table(plan.subject.table)} t\n  where ${column(plan.key.column)} = subject\n);`;
  return routine(plan, {
    kind: "function",
    name: "refusal",
    parameters: [{ name: "subject", type: plan.key.type }],
    returns: "text",
    volatility: "stable",
    body,
    comment: "Why the annotation refuses to delete this row at all; null where it doesn't.",
  });
}

function countOperations(plan: Plan): DatabaseObject {
  const blocks = plan.lifecycle.strategies.map((strategy) => {
    const operations = plan.operations[strategy];
    const selects = operations.map((operation, index) => {
      const stronger = operations.slice(0, index).filter((earlier) => takes(earlier, operation));
      return line(
        operation.table.name,
        operation.action,
        count(operation, stronger, plan.key, subjectsOf),
        operation.reason,
      );
    });
    const own = `from ${table(plan.subject.table)} t\nwhere ${column(plan.key.column)} = subject`;
    const changes = strategy === "hard_delete" ? [] : subjectChanges(plan, plan.subject.changes[strategy]);
    const action = strategy === "hard_delete" ? "delete" : "transform";
    selects.push(
      line(plan.subject.table.name, action, `select count(*)\n${own}`, ownReason(strategy, changes.length)),
    );
    selects.push(...stepLines(plan, strategy));
    return `if strategy = '${strategy}' then\n  return query\n${indent(selects.join("\nunion all\n"), 2)};\nend if;`;
  });
  const told = plan.effects
    .filter((effect) => effect.at !== "cancel")
    .flatMap((effect) =>
      effect.sources.map((source) =>
        line(source.table.name, "effect", countEffects(plan, effect, source), effectReason(effect)),
      ),
    );
  const options = new Map<string, string>();
  for (const strategy of plan.lifecycle.strategies)
    for (const operation of plan.operations[strategy]) collectOptions(plan, operation, options);
  for (const { option } of plan.steps) if (option !== null) collectOption(plan, option, options);
  return routine(plan, {
    kind: "function",
    name: "count_operations",
    parameters: [
      { name: "subject", type: plan.key.type },
      { name: "strategy", type: "text" },
    ],
    returns: "table (table_name text, action text, rows bigint, reason text)",
    declare: [...options.values(), ...(told.length === 0 ? [] : ["cancel_token constant text := '';"])],
    body: [...blocks, ...(told.length === 0 ? [] : [`return query\n${told.join("\nunion all\n")};`])].join(
      "\n",
    ),
    comment: "A dry run: how many rows each statement of a strategy would touch, and why.",
  });
}

/** What the application's own steps touch nobody can count; told is that they run, for one person or for none. */
function stepLines(plan: Plan, strategy: Strategy): string[] {
  return plan.steps
    .filter((step) => (step.at === "before" || step.at === "after") && step.strategies.includes(strategy))
    .map((step) =>
      line(
        `step ${step.name}`,
        "run",
        `select count(*) from unnest(${subjectsOf(step.option)})`,
        `${MOMENTS[step.at]}: ${step.why}`,
      ),
    );
}

/** Is a row that the earlier operation has done none of this one's any more? */
function takes(earlier: Operation, operation: Operation): boolean {
  if (earlier.table.name !== operation.table.name) return false;
  if (earlier.action === "delete") return true;
  const sameChanges = JSON.stringify(earlier.changes) === JSON.stringify(operation.changes);
  return earlier.action === "transform" && operation.action === "transform" && sameChanges;
}

function effectReason({ name, handler, at, lead }: EffectPlan): string {
  const when = {
    schedule: "at schedule",
    before: "before the execution",
    cancel: "",
    execute: "at execution",
  };
  return `${name}: ${handler}, ${lead === null ? "" : `${lead} `}${when[at]}`;
}

function ownReason(strategy: string, columns: number): string {
  if (strategy === "hard_delete") return "subject";
  return `subject, ${columns} ${columns === 1 ? "column" : "columns"}`;
}

function line(name: string, action: string, counted: string, reason: string): string {
  return `select ${literal(name)}, ${literal(action)}, (\n${indent(counted, 2)}\n), ${literal(reason)}`;
}

/** In the functions that look: one subject, for options those variables that `collectOptions` declares. */
export const subjectsOf: Subjects = (option) => (option === null ? "array[subject]" : optionVariable(option));

function collectOption(plan: Plan, option: OptionTest, into: Map<string, string>): void {
  const name = optionVariable(option);
  into.set(
    name,
    `${name} constant ${plan.key.type}[] := case\n  when lethe.option_of(subject, ${literal(option.option)}) = ${option.is}\n` +
      "  then array[subject]\n  else '{}'\nend;",
  );
}

export function collectOptions(plan: Plan, operation: Operation, into: Map<string, string>): void {
  const walk = (rows: Operation["rows"]): void => {
    if (rows.option !== null) collectOption(plan, rows.option, into);
    if (rows.owner.by === "via" || rows.owner.by === "referenced_by") rows.owner.arms.forEach(walk);
    if (rows.owner.by === "referenced_by")
      for (const each of rows.owner.referrers) each.released.forEach(walk);
  };
  rowsAsked(operation).forEach(walk);
}
