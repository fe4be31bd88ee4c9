/** What a strategy leaves standing of a person's rows, and on what basis: what is retained, and what no statement touches. */
import type { Strategy } from "../annotation/model.ts";
import type { ExportArm, ExportPlan } from "../plan/exports.ts";
import type { Operation, Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { collectOptions, subjectsOf } from "./counts.ts";
import { allOf } from "./operation.ts";
import { isLast } from "./orphans.ts";
import { ownedBy } from "./owner.ts";
import { routine } from "./routine.ts";
import { type DatabaseObject, indent, table } from "./text.ts";

export function remainingRows(plan: Plan): DatabaseObject {
  const options = new Map<string, string>();
  for (const strategy of plan.lifecycle.strategies)
    for (const operation of plan.operations[strategy]) collectOptions(plan, operation, options);
  const blocks = plan.lifecycle.strategies.map((strategy) => {
    const selects = plan.exports.flatMap((each) =>
      each.arms.flatMap((arm, index) => line(plan, strategy, each, arm, index)),
    );
    const query =
      selects.length === 0 ? "" : `\n${indent(`return query\n${selects.join("\nunion all\n")};`, 2)}`;
    return `if strategy = ${literal(strategy)} then${query === "" ? "\n  return;" : query}\nend if;`;
  });
  return routine(plan, {
    kind: "function",
    name: "count_remaining",
    parameters: [
      { name: "subject", type: plan.key.type },
      { name: "strategy", type: "text" },
    ],
    returns: "table (table_name text, rows bigint, basis text)",
    volatility: "stable",
    declare: [...options.values()],
    body: blocks.join("\n"),
    comment: "How many of a subject's rows a strategy leaves standing, and on what basis.",
  });
}

function line(plan: Plan, strategy: Strategy, each: ExportPlan, arm: ExportArm, index: number): string[] {
  const operations = plan.operations[strategy].filter((other) => other.table.name === each.table.name);
  const basis = basisOf(strategy, arm, operations);
  if (basis === null) return [];
  const gone = operations
    .filter((other) => other.action === "delete" || other.action === "transform")
    .filter((other) => !samePath(other, arm) || other.rows.option !== null || isLast(other));
  // Counted once, where several rules name a row.
  const told = each.arms.slice(0, index).filter((other) => basisOf(strategy, other, operations) !== null);
  const others = [...gone, ...told].map(
    (other) => `(${ownedBy(other.rows, subjectsOf).join("\n  and ")}) is not true`,
  );
  const where = allOf([...ownedBy(arm.rows, subjectsOf), ...others]);
  const counted = `select count(*)\nfrom ${table(each.table)} t\nwhere ${where}`;
  return [`select ${literal(each.table.name)}, (\n${indent(counted, 2)}\n), ${literal(basis)}`];
}

function basisOf(
  strategy: Strategy,
  { rule, rows: owned, path }: ExportArm,
  operations: Operation[],
): string | null {
  if (rule === null) return null;
  const acting = operations.filter((each) => JSON.stringify(each.path) === JSON.stringify(path));
  const acts = acting.length > 0;
  if (rule.class === "retain") {
    const how = acts ? "" : ", as they are";
    return `retained (${rule.basis}) for ${rule.for} since ${rule.since}${how}`;
  }
  const option = acting.find((each) => each.rows.option !== null)?.rows.option;
  if (option) return `the request ${option.is ? "doesn't ask" : "asks"} for ${option.option}`;
  // Of what others point at too, the branch that shows the rest of it.
  if (acts && owned.owner.by === "referenced_by" && owned.owner.referrers.length === 0)
    return acting.some(({ rows }) => rows.owner.by === "referenced_by" && rows.owner.claims.length > 0)
      ? "other rows point at them too, or they are somebody else's"
      : "other rows point at them too";
  if (acts) return null;
  if (strategy === "soft_delete") return "soft_delete leaves them as they are";
  const rows = rule.class !== "content" ? undefined : rule.rows;
  const said = typeof rows === "object" && !("action" in rows) ? rows[strategy] : rows;
  // A cascade does the work of the statement that isn't there.
  return said === "cascade" ? null : "the annotation keeps them";
}

function samePath(operation: Operation, arm: ExportArm): boolean {
  return JSON.stringify(operation.path) === JSON.stringify(arm.path);
}
