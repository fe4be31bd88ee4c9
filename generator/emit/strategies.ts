/** The procedures that erase: the part of the migration that a reviewer reads first. */
import type { Strategy } from "../annotation/model.ts";
import type { ColumnChange, Operation, Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { heavy, SIGN_IN } from "./heavy.ts";
import { holdLate, toldLate } from "./late-effects.ts";
import { finalMark, unmarkGone } from "./marks.ts";
import { assignments, statement, title } from "./operation.ts";
import { holdTold, toldWith } from "./orphan-effects.ts";
import { captureStep, isLast } from "./orphans.ts";
import { byVariable, optionDeclarations } from "./owner.ts";
import { requireNoneThroughSubject, residueFunctions } from "./residue.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, table } from "./text.ts";
import { changeSql } from "./value.ts";

/** What a subject with very many rows loses in the first step, whatever the strategy. */
function identity(plan: Plan): Operation[] {
  return [
    ...plan.operations.soft_delete.filter((operation) => SIGN_IN.has(operation.class)),
    ...plan.operations.anonymize
      .filter((operation) => operation.class === "part")
      .map((operation) => ({ ...operation, changes: atOnce(plan, operation) }))
      .filter((operation) => operation.changes.length > 0),
  ];
}

export function strategies(plan: Plan): DatabaseObject[] {
  const allowed = plan.lifecycle.strategies;
  return [
    ...allowed.map((strategy) => strategyProcedure(plan, strategy)),
    ...allowed.flatMap((strategy) => residueFunctions(plan, strategy)),
    identityProcedure(plan),
    turnsFunction(plan),
    ...heavy(plan),
  ];
}

const WHAT: Record<Strategy, string> = {
  anonymize: "Transforms every personal column, deletes sign-in data, keeps the row and its key.",
  hard_delete: "Removes the rows, children first, and then the subject.",
  soft_delete: "Clears secrets and sign-in data; personal columns stay.",
};

function strategyProcedure(plan: Plan, strategy: Strategy): DatabaseObject {
  const operations = plan.operations[strategy];
  return routine(plan, {
    kind: "procedure",
    name: strategy,
    parameters: subjectsParameter(plan),
    declare: [
      ...optionDeclarations(plan, operations),
      ...(operations.length === 0 ? [] : ["touched bigint;"]),
    ],
    body: [
      "-- For the executor alone: each subject's request must be executing in this transaction.",
      "perform lethe.require_executing(subjects);",
      "",
      ...keepRetained(plan, strategy),
      ...captureStep(operations),
      ...statements(
        plan,
        strategy,
        operations.filter((each) => !isLast(each)),
      ),
      ...requireNoneThroughSubject(plan, strategy),
      ...subjectStatement(plan, strategy),
      "",
      ...statements(plan, strategy, operations.filter(isLast)),
      ...holdTold(plan, strategy, operations),
      ...holdLate(plan, strategy, operations),
      "-- A trigger or rule of the application may have swallowed a change: nothing that was to go may be left.",
      `if lethe.may_interfere('${strategy}') then`,
      `  perform lethe.require_no_residue(lethe.${strategy}_residue(subjects));`,
      "end if;",
    ].join("\n"),
    comment: `${WHAT[strategy]} Called by lethe.execute_deletion() and lethe.execute_due_deletions() alone. Errors: LT005, LT014 residue found.`,
  });
}

/** soft_delete leaves all content where it is. */
function keepRetained(plan: Plan, strategy: Strategy): string[] {
  if (plan.retentions.length === 0 || strategy === "soft_delete") return [];
  return [
    "-- Rows that are kept for a time: written down while their owner still leads there.",
    "perform lethe.keep_retained(subjects);",
    "",
  ];
}

export function subjectsParameter(plan: Plan) {
  return [{ name: "subjects", type: `${plan.key.type}[]` }];
}

function statements(plan: Plan, strategy: Strategy | "identity", operations: Operation[]): string[] {
  return operations.flatMap((operation) => [
    title(operation),
    statement(operation, plan.key, byVariable, toldOf(plan, strategy, operation)),
    ...counted(strategy, operation),
    "",
  ]);
}

function toldOf(plan: Plan, strategy: Strategy | "identity", operation: Operation): string[] {
  if (strategy === "identity") return [];
  return isLast(operation) ? toldWith(plan, strategy, operation) : toldLate(plan, strategy, operation, false);
}

/**
 * All turns at once and before anything else: a batch runs several strategies one after the other, and turns taken
 * on the way would be taken in another order by each mix of strategies.
 */
function turnsFunction(plan: Plan): DatabaseObject {
  const turns = plan.crosswise.map((each) => `perform lethe.take_turns(${literal(each.name)});`);
  return routine(plan, {
    kind: "function",
    name: "take_all_turns",
    parameters: [],
    returns: "void",
    body: turns.length === 0 ? "return;" : turns.join("\n"),
    comment:
      "Held to the end of the transaction: tables whose rows may belong to two people, which two workers would lock crosswise.",
  });
}

function subjectStatement(plan: Plan, strategy: Strategy): string[] {
  const { subject, key } = plan;
  const where = `where ${column(key.column)} = any (subjects)`;
  const title = `-- ${subject.table.name}: the subject ${strategy === "hard_delete" ? "goes" : "stays, with its key"}`;
  if (strategy === "hard_delete")
    return [title, `delete from ${table(subject.table)} t`, `${where};`, ...unmarkGone(plan)];
  return [title, ...updateSubject(plan, subject.changes[strategy]), ...unmarkGone(plan)];
}

function updateSubject(plan: Plan, changes: ColumnChange[]): string[] {
  const marking = finalMark(plan);
  const set = [...subjectChanges(plan, changes).map((each) => each.assignment), ...marking.assignments];
  if (set.length === 0) return marking.statements;
  return [
    `update ${table(plan.subject.table)} t`,
    `set ${assignments(set)}`,
    `where ${column(plan.key.column)} = any (subjects);`,
    ...marking.statements,
  ];
}

export function subjectChanges(plan: Plan, changes: ColumnChange[]) {
  const key = column(plan.key.column);
  return changes.map((change) => changeSql(change, { id: key, key }));
}

/** Rows are still to be found by what is held back; the last pass changes it. */
function atOnce(plan: Plan, { table, changes }: Pick<Operation, "table" | "changes">): ColumnChange[] {
  const person = [plan.subject, ...plan.parts].find((each) => each.table.name === table.name);
  return changes.filter((each) => person?.heldBack.includes(each.column) !== true);
}

function identityProcedure(plan: Plan): DatabaseObject {
  const operations = identity(plan);
  const changes = atOnce(plan, { table: plan.subject.table, changes: plan.subject.changes.anonymize });
  const own = [`-- ${plan.subject.table.name}: the subject's own columns`, ...updateSubject(plan, changes)];
  return routine(plan, {
    kind: "procedure",
    name: "erase_identity",
    parameters: subjectsParameter(plan),
    declare: [
      ...optionDeclarations(plan, operations),
      ...(operations.length === 0 ? [] : ["touched bigint;"]),
    ],
    body: [
      "perform lethe.require_executing(subjects);",
      "",
      ...statements(plan, "identity", operations),
      ...own,
    ]
      .join("\n")
      .trimEnd(),
    comment:
      "The first step for a subject with very many rows: sign-in data and the person's own columns go before anything else.",
  });
}

/** The event that reports the erasure says how many rows each statement touched. */
function counted(strategy: Strategy | "identity", { table: ref, action }: Operation): string[] {
  return [
    "get diagnostics touched = row_count;",
    `perform lethe.note_rows('${strategy}', ${literal(ref.name)}, '${action}', touched);`,
  ];
}
