/** Effects of rows that came after those were written: while the erasure was under way, or after it, when a later look finds them. */
import type { Strategy } from "../annotation/model.ts";
import type { EffectPlan, EffectSource } from "../plan/effects.ts";
import type { Operation, Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import {
  anyOfAll,
  asksSubject,
  conditions,
  hold,
  insertEffects,
  ofArms,
  ofOwnRequest,
  payload,
  rowsWhere,
  withOwner,
} from "./effects.ts";
import { allOf, leftOver } from "./operation.ts";
import { isLast } from "./orphans.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

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
  const where = stillToErase(plan, source, plan.operations[strategy]);
  if (where === null) return [];
  const sql = insertLate(plan, effect, source, {
    from: ["from lethe.deletion_request r"],
    where,
    and: ["r.id = any (requests)", `r.strategy = ${literal(strategy)}`],
  });
  return [`${sql};`];
}

/**
 * Parts of a WITH over the statement that erases, which see what it sees: rows that came after the effects were written.
 * `places`: the statement is for those alone.
 */
export function toldLate(plan: Plan, strategy: Strategy, operation: Operation, places: boolean): string[] {
  if (operation.action === "reassign" || isLast(operation)) return [];
  return plan.effects
    .filter((effect) => effect.at === "execute")
    .flatMap((effect) =>
      effect.sources
        .flatMap(withOwner)
        .filter((source) => source.strategies?.includes(strategy) ?? true)
        .flatMap((source) => {
          const where = stillToErase(plan, source, [operation]);
          if (where === null) return [];
          const at = places ? ["t.ctid = any (places)"] : [];
          return insertLate(plan, effect, source, {
            from: RUNNING,
            where: allOf([...at, "lethe.came_later(t.xmin, u.since)", `(${where})`]),
            and: [THEIRS, notYet(effect, source)],
          });
        }),
    )
    .map((sql) => sql.replace(/^-- /, "-- What came meanwhile, for "))
    .map((sql, index) => `late_${index + 1} as (\n${indent(sql, 2)}\n)`);
}

/** Those of them that come after others wait, as the ones that were written before. */
export function holdLate(plan: Plan, strategy: Strategy, operations: Operation[]): string[] {
  const told = operations.some((each) => toldLate(plan, strategy, each, false).length > 0);
  if (!told || plan.effects.every((effect) => effect.after.length === 0)) return [];
  return [hold(`array(\n  select r.id\n${indent([...RUNNING, `where ${THEIRS}`].join("\n"), 2)}\n)`), ""];
}

/** Of rows that were written shortly before the look it isn't known whether that saw them. */
function notYet(effect: EffectPlan, source: EffectSource): string {
  const same = `select from lethe.effect e\nwhere e.request_id = r.id and e.name = ${literal(effect.name)} and e.payload = (${payload(effect, source)})`;
  return `not (\n  select exists (\n${indent(same, 4)}\n  )\n)`;
}

const RUNNING = [
  "from lethe.running u",
  "cross join lateral (",
  "  select r.*",
  "  from lethe.deletion_request r",
  "  where r.subject_id = u.subject_id and r.state in ('scheduled', 'executing')",
  "  offset 0",
  ") r",
];

/** The statement's own people: others of the same batch may keep their rows, or lose them later. */
const THEIRS = "u.subject_id = any (subjects)";

/** A row that stays had its effect the first time: only what is still to be done counts. Null where nothing feeds the source. */
function stillToErase(plan: Plan, { table: of, arms, column: fed }: EffectSource, operations: Operation[]) {
  if (arms === null) return null;
  const left = operations
    .filter(({ table: each, rows }) => each.name === of.name && !isLast({ rows }))
    .filter(({ action, changes }) => fed === null || action === "delete" || changes.some(feeds(fed)))
    .map((operation) => leftOver(operation, plan.key, ofOwnRequest, fed));
  if (left.length === 0) return null;
  const undone = anyOfAll(left);
  if (fed !== null) return undone;
  const theirs = ofArms(arms, ofOwnRequest);
  return theirs === undone ? theirs : allOf([`(${theirs})`, `(${undone})`]);
}

function insertLate(
  plan: Plan,
  effect: EffectPlan,
  source: EffectSource,
  { from, where, and }: { from: string[]; where: string; and: string[] },
): string {
  const subject = asksSubject(effect) ? whoLeft(plan) : [];
  return insertEffects(effect, source, {
    from: [...from, ...rowsWhere(source, subject, where)],
    where: allOf([...and, ...conditions(withoutPerson(effect, source), { ...source, strategies: null })]),
  });
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
