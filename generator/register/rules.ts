/** Says in words how a rule's rows are found, and what happens to them when. */
import type { Rule, Strategy } from "../annotation/model.ts";
import type { Declared } from "../plan/lints/support/declared.ts";
import { matchInWords } from "../plan/match.ts";
import type { Operation, OwnedRows, OwnerPlan, Plan } from "../plan/model.ts";
import type { StepPlan } from "../plan/steps.ts";
import type { RegisteredRule } from "./model.ts";

export function ruleInWords(plan: Plan, declared: Declared, outer: Rule): RegisteredRule {
  const { rule, rows, path } = declared;
  const at = (operation: Operation) => JSON.stringify(operation.path) === JSON.stringify(path);
  const execution = plan.lifecycle.strategies.map((strategy) => {
    const operation = plan.operations[strategy].find(at);
    return [strategy, operation === undefined ? untouched(plan, declared, strategy) : inWords(operation)];
  });
  return {
    class: outer.class,
    rows: rowsInWords(plan, rows),
    retention: rule.class === "retain" ? { basis: rule.basis, for: rule.for, since: rule.since } : null,
    atSchedule: scheduled(plan, declared, outer),
    atExecution: Object.fromEntries(execution),
  };
}

function scheduled(plan: Plan, { table, path, rule }: Declared, outer: Rule): string {
  const done = plan.atSchedule.find((each) => JSON.stringify(each.path) === JSON.stringify(path));
  if (done !== undefined) return inWords(done);
  if (rule.class === "credential" && plan.suspensions.some((each) => each.table.name === table.name))
    return "moved aside, put back on cancel";
  if (rule.class === "credential") return "new ones refused";
  if (outer.class === "blocker" && outer.blocking) return `refused while there are any: ${outer.message}`;
  return "untouched";
}

function untouched(plan: Plan, { rule, action, rows, table }: Declared, strategy: Strategy): string {
  const owner = JSON.stringify(rows.owner);
  const others = plan.operations[strategy].filter((each) => each.table.name === table.name);
  if (others.some((each) => JSON.stringify(each.rows.owner) === owner && each.rows.option === null))
    return "as by the other rule";
  if (action[strategy] === "cascade") return "deleted with the row they belong to";
  return rule.class === "retain" && strategy !== "soft_delete"
    ? "kept for the time, then deleted"
    : "untouched";
}

function inWords(operation: Operation): string {
  const option = operation.rows.option;
  const columns = operation.changes.map((each) => each.column).join(", ");
  const changed = columns === "" ? "" : `columns erased: ${columns}`;
  const what = {
    delete: "deleted",
    transform: changed,
    detach: ["detached from the person", changed].filter((each) => each !== "").join("; "),
    reassign: ["handed over", changed].filter((each) => each !== "").join("; "),
  }[operation.action];
  const kept = operation.class === "retain" ? "; kept for the time, then deleted" : "";
  const when = option === null ? "" : `, ${option.is ? "if" : "unless"} the request says ${option.option}`;
  return `${what}${kept}${when}`;
}

function rowsInWords(plan: Plan, rows: OwnedRows): string {
  const where = rows.where === null ? "" : `, where ${rows.where.trim()}`;
  return `${ownerInWords(plan, rows.owner)}${where}`;
}

function ownerInWords(plan: Plan, owner: OwnerPlan): string {
  switch (owner.by) {
    case "column":
      return `${owner.column} is the person`;
    case "via":
      return owner.parent.name === plan.subject.table.name
        ? `${owner.columns.join(", ")} is the person's ${owner.references.join(", ")}`
        : `belong to their ${owner.parent.name}`;
    case "polymorphic":
      return `${owner.id} is the person, ${owner.type} is ${JSON.stringify(owner.value)}`;
    case "sql":
      return `${owner.expression.trim()} is the person`;
    case "referenced_by":
      return `their ${owner.child.name} (${owner.columns.join(", ")}) point at them, and nothing else does`;
    case "match":
      return `${owner.column} is the person's ${matchInWords(owner.value)}`;
    default:
      return "are the person's";
  }
}

/** The person's own row. */
export function subjectInWords(plan: Plan): RegisteredRule {
  const { atSchedule, changes } = plan.subject;
  const list = (columns: { column: string }[]) => columns.map((each) => each.column).join(", ");
  const during: Record<Strategy, string> = {
    anonymize: changes.anonymize.length === 0 ? "untouched" : `columns erased: ${list(changes.anonymize)}`,
    hard_delete: "deleted",
    soft_delete:
      changes.soft_delete.length === 0 ? "untouched" : `columns erased: ${list(changes.soft_delete)}`,
  };
  return {
    class: "subject",
    rows: "the person's own row",
    retention: null,
    atSchedule: `marked${atSchedule.length === 0 ? "" : `; columns erased: ${list(atSchedule)}`}`,
    atExecution: Object.fromEntries(
      plan.lifecycle.strategies.map((strategy) => [strategy, during[strategy]]),
    ),
  };
}

const MOMENTS: Record<StepPlan["at"], string> = {
  schedule: "when a deletion is scheduled",
  cancel: "when a deletion is taken back",
  before: "at execution, before anything is erased",
  after: "at execution, after everything is erased",
};

/** When one of the application's own steps runs. */
export function whenInWords(plan: Plan, { at, strategies, option }: StepPlan): string {
  const all = strategies.length === plan.lifecycle.strategies.length;
  const under = all ? "" : `, under ${strategies.join(", ")}`;
  const asked = option === null ? "" : `, ${option.is ? "if" : "unless"} the request says ${option.option}`;
  return `${MOMENTS[at]}${under}${asked}`;
}
