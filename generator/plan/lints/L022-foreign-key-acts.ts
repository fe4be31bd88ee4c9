/** L022: a foreign key that deletes or changes rows of which the annotation says something else, or nothing. */
import type { Rule } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { coverOptions, type Declared, type RowsAction } from "./support/declared.ts";
import { annotationName, ownerBy } from "./support/names.ts";
import {
  blocks,
  columnsOf,
  isAcknowledged,
  type ReachedReference,
  reachedReferences,
} from "./support/references.ts";

export const foreignKeyActs: Lint = (plan, context) => {
  for (const reached of reachedReferences(plan, context)) {
    const { removal, child, fk } = reached;
    // The subject's references to itself are another lint's.
    if (blocks(fk) || (removal.by === null && child === removal.table)) continue;
    if (fk.onDelete === "cascade") cascades(plan, context, reached);
    else setsNull(plan, context, reached);
  }
};

/** Actions after which the foreign key finds no row to act on, or does what is declared. */
const SETTLED: Record<string, RowsAction[]> = {
  cascade: ["delete", "detach", "reassign", "cascade"],
  "set null": ["delete", "detach", "reassign"],
  "set default": ["delete", "detach", "reassign"],
};

const CLEARS = "clears them";
const RESETS = "sets them to the default";
const FAILS = "then fails: the column is NOT NULL";

const WITHOUT_ROWS = new Set<Rule["class"]>(["credential", "mfa"]);

/** Sessions go as soon as the deletion is scheduled: then the foreign key acts long before any other rule. */
function isSettled({ removal, fk }: ReachedReference, { rule, action }: Declared): boolean {
  if (removal.by?.rule.class === "session" && rule.class !== "session") return false;
  return SETTLED[fk.onDelete]?.includes(action[removal.strategy]) === true;
}

function cascades(plan: Plan, context: PlanContext, reached: ReachedReference): void {
  const { removal, child, fk, decision, rules } = reached;
  const settled = rules.filter((rule) => isSettled(reached, rule));
  const contrary = rules.find((rule) => !isSettled(reached, rule));
  if (
    contrary === undefined &&
    settled.length > 0 &&
    coverOptions(settled, removal.by?.rows.option ?? null)
  ) {
    leftOut(context, reached, settled, "deletes them");
    return;
  }
  if (removal.by !== null && rules.length === 0 && isAcknowledged(reached)) return;
  const from = removal.table.name;
  const stays = contrary !== undefined || decision.annotation.class !== "table";
  report(context, {
    code: "L022",
    subject: `${child.name}.${columnsOf(fk)}`,
    message: `the foreign key ${fk.name} (on delete cascade) deletes these rows with those of ${from}, ${stays ? "which the annotation keeps" : "and no rule says so"}`,
    remedy: remedy(plan, context, reached, "delete"),
    path: contrary?.path ?? decision.path,
  });
}

/** Rows of the person that the only rule leaves out by its `where` meet the foreign key all the same. */
function leftOut(context: PlanContext, reached: ReachedReference, rules: Declared[], acts: string): void {
  const [only, ...more] = rules;
  if (only === undefined || more.length > 0 || only.rows.where === null) return;
  if (reached.removal.by !== null && isAcknowledged(reached)) return;
  report(context, {
    code: "L022",
    level: "warning",
    subject: `${reached.child.name}.${columnsOf(reached.fk)}`,
    message: `the rows that \`where\` leaves out meet the foreign key ${reached.fk.name} (on delete ${reached.fk.onDelete}), which ${acts}, under ${reached.removal.strategy}`,
    remedy: `add a rule for them in ${annotationName(context, reached.child)}, or make sure that there are none`,
    path: only.path,
  });
}

function setsNull(plan: Plan, context: PlanContext, reached: ReachedReference): void {
  const { removal, child, fk, decision, rules } = reached;
  const cleared = fk.onDeleteColumns ?? fk.columns;
  // Without a default, it is NULL that SET DEFAULT writes.
  const impossible = cleared.some((name) => {
    const column = context.catalog.column(child, name);
    return column?.notNull && (fk.onDelete === "set null" || column.default === null);
  });
  // Some classes have no `rows`: that the reference goes is the only way for theirs to stay, but not to somebody else.
  const goes =
    !impossible &&
    (fk.onDelete === "set null" ||
      cleared.every((name) => context.catalog.column(child, name)?.default === null));
  // Not so early, though: whose they are couldn't be told from them when their own turn comes.
  const early = removal.by?.rule.class === "session";
  const settled = rules.filter(
    (rule) => isSettled(reached, rule) || (goes && !early && WITHOUT_ROWS.has(rule.rule.class)),
  );
  if (coverOptions(settled, removal.by?.rows.option ?? null)) {
    leftOut(context, reached, settled, impossible ? FAILS : fk.onDelete === "set null" ? CLEARS : RESETS);
    return;
  }
  // Of other people's rows there is no rule to write, only a word that it is known.
  const others = removal.by !== null && rules.length === 0;
  if (others && !impossible && isAcknowledged(reached)) return;
  const what = fk.onDelete === "set null" ? "sets the column to NULL" : "sets the column to its default";
  report(context, {
    code: "L022",
    level: others && !impossible ? "warning" : "error",
    subject: `${child.name}.${columnsOf(fk)}`,
    message: impossible
      ? `the foreign key ${fk.name} (on delete ${fk.onDelete}) fails when rows of ${removal.table.name} are deleted: the column is NOT NULL`
      : `the foreign key ${fk.name} (on delete ${fk.onDelete}) ${what} when rows of ${removal.table.name} are deleted, which the annotation doesn't say`,
    remedy: others ? acknowledge(reached) : remedy(plan, context, reached, "detach"),
    path: rules[0]?.path ?? decision.path,
  });
}

function remedy(
  plan: Plan,
  context: PlanContext,
  reached: ReachedReference,
  action: "delete" | "detach",
): string {
  const { removal, fk, rules } = reached;
  const [first, ...more] = rules;
  const option = first?.rows.option;
  const settled = first !== undefined && (isSettled(reached, first) || WITHOUT_ROWS.has(first.rule.class));
  if (removal.by === null && settled && option != null && more.length === 0)
    return `add a rule for the other requests: content({ owner: ${ownerBy(plan, context, fk)}, ${option.is ? "unless" : "when"}: ${JSON.stringify(option.option)}, rows: ${JSON.stringify(action)} })`;
  if (rules.length > 0 && removal.by?.rule.class === "session")
    return `write session({ owner: via(${JSON.stringify(annotationName(context, removal.table))}) }): sessions go when the deletion is scheduled, and these rows with them; or alter the foreign key`;
  if (rules.length > 0)
    return `write rows: { ${removal.strategy}: ${JSON.stringify(action)} }, or reassign("…"), or alter the foreign key`;
  if (removal.by === null)
    return `add a rule: content({ owner: ${ownerBy(plan, context, fk)}, rows: ${JSON.stringify(action)} })`;
  const self = reached.child === removal.table;
  return self || removal.anybodys
    ? acknowledge(reached)
    : `add a rule: content({ owner: via(${JSON.stringify(annotationName(context, removal.table))}), rows: "delete" }), or ${acknowledge(reached)}`;
}

function acknowledge({ fk, decision }: ReachedReference): string {
  const column = fk.columns[0] as string;
  if (decision.annotation.class !== "table" && decision.annotation.class !== "subject") {
    return "decide the table with a rule in place of unrelated() or keep()";
  }
  return `say that it is meant: columns: { ${column}: keep("on delete ${fk.onDelete} is meant") }`;
}
