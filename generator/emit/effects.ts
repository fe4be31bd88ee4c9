/** What writes effects: captured in the transaction that causes them, one statement for all its requests. */
import type { EffectTime } from "../annotation/model.ts";
import type { EffectArm, EffectPlan, EffectSource } from "../plan/effects.ts";
import type { Plan } from "../plan/model.ts";
import { isOrphaned } from "../plan/referenced-by.ts";
import { literal } from "../quote.ts";
import { allOf, anyOf } from "./operation.ts";
import { ofRequest, ownedBy, type Subjects } from "./owner.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function effects(plan: Plan): DatabaseObject[] {
  return [
    captureProcedure(
      plan,
      "cancel",
      "Written when a deletion is cancelled, after the person is let back in.",
    ),
    captureProcedure(
      plan,
      "execute",
      "Written before the first statement that erases, with the values as they are then.",
    ),
  ];
}

function captureProcedure(plan: Plan, at: EffectTime, when: string): DatabaseObject {
  const statements = captured(plan, [at]);
  return routine(plan, {
    kind: "procedure",
    name: `capture_${at}_effects`,
    parameters: [{ name: "requests", type: "bigint[]" }],
    body: statements.length === 0 ? "return;" : statements.join("\n\n"),
    comment: `${when} Called by Lethe alone.`,
  });
}

/**
 * For `requests` that are being scheduled, one of which `shown` is the token, before anything is cleared: what is told at
 * once, and what is told before the execution.
 */
export function earlyEffects(plan: Plan): { declare: string[]; statements: string[] } {
  const statements = captured(plan, ["schedule", "before"]);
  const told = statements.length > 0 && plan.effects.some((effect) => effect.token);
  return {
    declare: told ? [TOKEN_PLACE] : [],
    statements,
  };
}

function captured(plan: Plan, times: EffectTime[]): string[] {
  const own = times.flatMap((at) => plan.effects.filter((effect) => effect.at === at));
  const statements = own.flatMap((effect) =>
    effect.sources.flatMap(withOwner).map((source) => capture(plan, effect, source)),
  );
  return own.some((effect) => effect.after.length > 0) ? [...statements, hold("requests")] : statements;
}

/** `requests`: those whose effects were just written, as SQL. */
export function hold(requests: string): string {
  return `-- Whoever comes after another waits for it.\nperform lethe.hold_effects(${requests});`;
}

/** The token that the caller is shown is stored nowhere: a mail gets one of its own once it is sent. */
const TOKEN_PLACE =
  "cancel_token constant text := encode(sha256(convert_to('place of ' || shown, 'UTF8')), 'hex');";

/** Each person's own request, and the options that it carries. */
export const ofOwnRequest: Subjects = (option) =>
  option === null
    ? "array[r.subject_id]"
    : `case when ${carries(option.option)} = ${option.is} then array[r.subject_id] else '{}' end`;

function carries(option: string): string {
  return `coalesce((r.options ->> ${literal(option)})::boolean, false)`;
}

function capture(plan: Plan, effect: EffectPlan, source: EffectSource): string {
  const sql = insertEffects(effect, source, {
    from: ["from lethe.deletion_request r", ...rowsOf(plan, effect, source, ofOwnRequest)],
    where: allOf(["r.id = any (requests)", ...conditions(effect, source)]),
  });
  return `${sql};`;
}

/** `distinct`: columns of which each value makes one effect. */
export function insertEffects(
  effect: EffectPlan,
  source: EffectSource,
  { distinct, from, where }: { distinct?: string[]; from: string[]; where: string },
): string {
  const values = valuesOf(effect, source);
  const [names, selected] = [values.map(([name]) => name), values.map(([, sql]) => sql)];
  const one = distinct === undefined ? "" : `distinct on (${distinct.join(", ")})\n       `;
  return [
    `-- ${effect.name}: ${source.table.name}${source.column === null ? "" : `.${source.column}`}, by ${effect.handler.replace(/\s+/g, " ")}`,
    `insert into lethe.effect (${names.join(", ")})`,
    `select ${one}${selected.join(",\n       ")}`,
    ...from,
    `where ${where}`,
  ].join("\n");
}

/** Rows that go only if nothing points at them are told of when they do. */
export function withOwner(source: EffectSource): EffectSource[] {
  if (source.arms === null) return [source];
  const arms = source.arms.filter(({ rows }) => !isOrphaned(rows));
  return arms.length === 0 ? [] : [{ ...source, arms }];
}

/** How many a source would make, for a dry run: `r` is the open request, or what one would be. */
export function countEffects(plan: Plan, effect: EffectPlan, source: EffectSource): string {
  // In grace those of the schedule have been written already.
  const early = effect.at === "schedule" || effect.at === "before" ? ["r.id is null"] : [];
  return [
    "select count(*)",
    "from lethe.explained_request(subject, strategy) r",
    // Who points at a row is `r` in that look.
    "cross join lateral (select r.subject_id, r.options) q",
    ...rowsOf(plan, effect, source, ofRequest),
    `where ${allOf([...early, ...conditions(effect, source)])}`,
  ].join("\n");
}

function valuesOf(effect: EffectPlan, source: EffectSource): [string, string][] {
  const values: [string, string][] = [
    ["request_id", "r.id"],
    ["name", literal(effect.name)],
    ["handler", literal(effect.handler)],
    ["at", literal(effect.at)],
    ["payload", payload(effect, source)],
  ];
  if (effect.after.length > 0) values.push(["after", `array[${effect.after.map(literal).join(", ")}]`]);
  if (effect.required) values.push(["required", "true"]);
  if (effect.token) values.push(["token_place", "cancel_token"]);
  if (effect.at === "before") {
    const moment = `greatest(${deliverAfter(effect)}, now())`;
    values.push(["deliver_after", moment], ["next_attempt_at", moment]);
  }
  return values;
}

function deliverAfter(effect: EffectPlan): string {
  return effect.lead === null
    ? "r.scheduled_for"
    : `lethe.later(r.scheduled_for, - interval ${literal(effect.lead)})`;
}

export function payload(effect: EffectPlan, source: EffectSource): string {
  const pairs = effect.payload.map(({ name, sql }) => `${literal(name)}, ${sql.trim()}`);
  if (source.column !== null) pairs.push(`${literal(source.column)}, ${value(source)}`);
  // No function takes more than a hundred arguments.
  const parts: string[] = [];
  for (let at = 0; at < pairs.length; at += 40) {
    const part = pairs.slice(at, at + 40);
    parts.push(
      part.length === 1
        ? `jsonb_build_object(${part[0]})`
        : `jsonb_build_object(\n${indent(part.join(",\n"), 9)}\n       )`,
    );
  }
  return parts.length === 0 ? "'{}'" : parts.join(" || ");
}

/** The value of the column that feeds the effect. */
function value(source: EffectSource): string {
  return source.ownRow ? column(source.column ?? "") : "fed.value";
}

function rowsOf(plan: Plan, effect: EffectPlan, source: EffectSource, subjects: Subjects): string[] {
  const { arms } = source;
  if (arms === null) return subjectRow(plan, effect);
  return rowsWhere(source, asksSubject(effect) ? subjectRow(plan, effect) : [], ofArms(arms, subjects));
}

export function asksSubject(effect: EffectPlan): boolean {
  return effect.payload.length > 0 || effect.where !== null;
}

export function ofArms(arms: EffectArm[], subjects: Subjects): string {
  return anyOfAll(
    arms.map((arm) => {
      const kept = arm.unless === null ? [] : [`(${arm.unless.trim()}) is not true`];
      return [...ownedBy(arm.rows, subjects), ...kept];
    }),
  );
}

/** Any of the lists, all of whose conditions hold. */
export function anyOfAll(lists: string[][]): string {
  const [only = "false", ...more] = lists.map(allOf);
  return more.length === 0 ? only : anyOf([only, ...more].map((each) => `(${each})`));
}

/** Each person's rows of the source; `subject`: the join that finds the person's own, for what is no row's value. */
export function rowsWhere(source: EffectSource, subject: string[], where: string): string[] {
  const lateral = (selected: string, alias: string) => [
    "cross join lateral (",
    `  select ${selected}`,
    `  from ${table(source.table)} t`,
    indent(`where ${where}`, 2),
    "  -- A look of its own for each person: flattened into one join, PostgreSQL 15 would read the table whole.",
    "  offset 0",
    `) ${alias}`,
  ];
  if (source.ownRow) return lateral("t.*", "t");
  return [...subject, ...lateral(`${column(source.column ?? "")} as value`, "fed")];
}

/** The row as it was when the deletion was scheduled: what was cleared then is taken from what the request keeps. */
function subjectRow(plan: Plan, effect: EffectPlan): string[] {
  const { subject, key } = plan;
  const cleared = effect.at === "execute" ? clearedColumns(plan) : [];
  if (cleared.length === 0) return [`join ${table(subject.table)} t on ${column(key.column)} = r.subject_id`];
  const originals = cleared.map(
    ({ name, kept }) =>
      `${literal(name)}, coalesce(r.preserved #> array[${literal(kept)}, ${literal(name)}], to_jsonb(${column(name, "s")}))`,
  );
  return [
    `join ${table(subject.table)} s on ${column(key.column, "s")} = r.subject_id`,
    `cross join lateral jsonb_populate_record(s, jsonb_build_object(\n${indent(originals.join(",\n"), 2)}\n)) t`,
  ];
}

function clearedColumns({ subject }: Plan): { name: string; kept: string }[] {
  return subject.atSchedule.flatMap(({ column: name }) => {
    if (subject.preserve.some((each) => each.column === name)) return [{ name, kept: "columns" }];
    return subject.captured.some((each) => each.column === name) ? [{ name, kept: "captured" }] : [];
  });
}

export function conditions(effect: EffectPlan, source: EffectSource): string[] {
  const all: string[] = [];
  const { option } = effect;
  if (source.strategies !== null)
    all.push(`r.strategy in (${source.strategies.map((each) => literal(each)).join(", ")})`);
  if (option !== null) all.push(option.is ? carries(option.option) : `not ${carries(option.option)}`);
  if (effect.at === "before" && !effect.required) all.push(`${deliverAfter(effect)} > now()`);
  if (effect.where !== null) all.push(`(${effect.where.trim()})`);
  if (source.unless !== null) all.push(`(${source.unless.trim()}) is not true`);
  if (source.column !== null) all.push(`${value(source)} is not null`);
  else all.push(`num_nonnulls(${effect.payload.map(({ sql }) => sql.trim()).join(", ")}) > 0`);
  return all;
}
