/** The functions that look whether anything is left that was to go. */
import type { Strategy } from "../annotation/model.ts";
import type { Operation, Plan } from "../plan/model.ts";
import { throughSubject } from "../plan/via-subject.ts";
import { literal } from "../quote.ts";
import { notMarked } from "./marks.ts";
import { anyOf, residue } from "./operation.ts";
import { byVariable, optionDeclarations } from "./owner.ts";
import { routine } from "./routine.ts";
import { subjectChanges, subjectsParameter } from "./strategies.ts";
import { column, type DatabaseObject, table } from "./text.ts";

export function residueFunctions(plan: Plan, strategy: Strategy): DatabaseObject[] {
  const through = operationsThrough(plan, strategy);
  const others = plan.operations[strategy].filter((each) => !through.includes(each));
  const left = subjectResidue(plan, strategy);
  const whole = residueFunction(
    plan,
    `${strategy}_residue`,
    others,
    left === null ? [] : [[plan.subject.table.name, left]],
    `The first table in which ${strategy} has left anything of these subjects that it was to erase; null when nothing is left.`,
  );
  if (through.length === 0) return [whole];
  const before = residueFunction(
    plan,
    `${strategy}_residue_through_subject`,
    through,
    [],
    `The same for rows that are found by what the subjects' rows hold in other columns than the key: asked before ${strategy} changes those.`,
  );
  return [whole, before];
}

/** Once the person's row is changed or gone, a look through it would find nothing, whatever is there. */
export function requireNoneThroughSubject(plan: Plan, strategy: Strategy): string[] {
  if (operationsThrough(plan, strategy).length === 0) return [];
  return [
    `-- Rows that are found through ${plan.subject.table.name}: looked for while it still says whose they are.`,
    `if lethe.may_interfere('${strategy}') then`,
    `  perform lethe.require_no_residue(lethe.${strategy}_residue_through_subject(subjects));`,
    "end if;",
    "",
  ];
}

function operationsThrough(plan: Plan, strategy: Strategy): Operation[] {
  return plan.operations[strategy].filter((each) => throughSubject(each.rows.owner, plan.subject.table.name));
}

function residueFunction(
  plan: Plan,
  name: string,
  operations: Operation[],
  more: [string, string][],
  comment: string,
): DatabaseObject {
  const probes = [
    ...operations.map((operation): [string, string] => [
      operation.table.name,
      residue(operation, plan.key, byVariable),
    ]),
    ...more,
  ];
  return routine(plan, {
    kind: "function",
    name,
    parameters: subjectsParameter(plan),
    returns: "text",
    declare: optionDeclarations(plan, operations),
    body: [
      ...probes.flatMap(([table, probe]) => [`if ${probe} then`, `  return ${literal(table)};`, "end if;"]),
      "return null;",
    ].join("\n"),
    comment,
  });
}

function subjectResidue(plan: Plan, strategy: Strategy): string | null {
  const own = `${column(plan.key.column)} = any (subjects)`;
  const from = `select from ${table(plan.subject.table)} t`;
  if (strategy === "hard_delete") return `exists (\n  ${from}\n  where ${own}\n)`;
  const guards = subjectChanges(plan, plan.subject.changes[strategy]).map((each) => each.guard);
  return `exists (\n  ${from}\n  where ${own}\n    and ${anyOf([...guards, notMarked(plan)]).replace(/\n/g, "\n    ")}\n)`;
}
