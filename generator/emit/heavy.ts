/** A person with very many rows: who that is, where the rows are, and the erasure of those at some places. */
import type { Strategy } from "../annotation/model.ts";
import type { Operation, Plan } from "../plan/model.ts";
import { dollar, literal } from "../quote.ts";
import { holdLate, toldLate } from "./late-effects.ts";
import { chunk, look, title } from "./operation.ts";
import { isLast } from "./orphans.ts";
import { byVariable, optionDeclarations, ownedBy } from "./owner.ts";
import { keepDetached } from "./retention.ts";
import { routine } from "./routine.ts";
import { type DatabaseObject, indent, table } from "./text.ts";

/** What goes at once, whoever leaves: by it a person would sign in again. */
export const SIGN_IN = new Set<Operation["class"]>(["session", "credential", "mfa"]);

export function heavy(plan: Plan): DatabaseObject[] {
  return [bulkRows(plan), lookForRows(plan), drain(plan)];
}

/** Strategies that touch content; soft_delete leaves it alone. */
function heavyStrategies(plan: Plan): Strategy[] {
  return plan.lifecycle.strategies.filter((strategy) => plan.operations[strategy].some(isContent));
}

function isContent(operation: Operation): boolean {
  return operation.class !== "part" && !SIGN_IN.has(operation.class);
}

/** What goes in steps, in its order; its place in the list is its number. */
function inSteps(plan: Plan): [Strategy, Operation[]][] {
  return heavyStrategies(plan).map((strategy) => [
    strategy,
    plan.operations[strategy].filter((each) => isContent(each) && !isLast(each)),
  ]);
}

/** As data, for the core: it plans these queries, and runs them where the planner can't know. */
function bulkRows(plan: Plan): DatabaseObject {
  const queries = heavyStrategies(plan).flatMap((strategy) =>
    plan.operations[strategy].flatMap((operation) =>
      operation.heavy === null ? [] : [bulkQuery(operation)],
    ),
  );
  return routine(plan, {
    kind: "function",
    name: "bulk_rows",
    parameters: [],
    returns: "table (table_name text, rows_of text, heavy bigint)",
    volatility: "stable",
    // The same table under two strategies is looked at once.
    body: [...new Set(queries)].map((query) => `return query select ${query};`).join("\n") || "return;",
    comment:
      "Tables in which a person may have very many rows, with the query of the rows of the subjects in $1, and the number of one person's rows beyond which their erasure goes in steps.",
  });
}

function bulkQuery({ table: ref, rows, heavy: most }: Operation): string {
  const owned = ownedBy(rows, () => "$1").join("\n  and ");
  const query = indent(`select from ${table(ref)} t\nwhere ${owned}`, 2);
  return `${literal(table(ref))}, ${dollar(`\n${query}\n`, "rows")}, ${most}::bigint`;
}

function lookForRows(plan: Plan): DatabaseObject {
  const body = inSteps(plan).map(([strategy, operations]) =>
    forStrategy(
      strategy,
      operations.flatMap((operation, index) => [
        title(operation),
        `if after < ${index + 1} and lethe.keep_places(request, ${index + 1}, array(`,
        indent(look(operation, plan.key, byVariable), 2),
        ")) then",
        "  return true;",
        "end if;",
      ]),
    ),
  );
  return routine(plan, {
    kind: "function",
    name: "look_for_rows",
    parameters: [
      { name: "request", type: "bigint" },
      { name: "strategy", type: "text" },
      { name: "subject", type: plan.key.type },
      { name: "after", type: "integer" },
      { name: "at_most", type: "integer" },
    ],
    returns: "boolean",
    declare: subjectsOfOne(plan),
    body: [...body, "return false;"].join("\n"),
    comment:
      "Writes down where rows are that an erasure in steps has to do: those of the first statement that has any, from the one after the given number on. False where there are none.",
  });
}

function drain(plan: Plan): DatabaseObject {
  const blocks = inSteps(plan).map(([strategy, operations]) =>
    forStrategy(
      strategy,
      operations.flatMap((operation, index) => [
        title(operation),
        `if operation = ${index + 1} then`,
        indent(erased(plan, strategy, operation).join("\n"), 2),
        `  perform lethe.note_rows('${strategy}', ${literal(operation.table.name)}, '${operation.action}', touched);`,
        "end if;",
      ]),
    ),
  );
  return routine(plan, {
    kind: "function",
    name: "drain",
    parameters: [
      { name: "strategy", type: "text" },
      { name: "subject", type: plan.key.type },
      { name: "operation", type: "integer" },
      { name: "places", type: "tid[]" },
    ],
    returns: "bigint",
    declare: [...subjectsOfOne(plan), "touched bigint := 0;"],
    body: ["perform lethe.require_executing(subjects);", ...blocks, "return touched;"].join("\n"),
    comment:
      "Erases the rows at places that look_for_rows() has written down under the number of a statement. Returns the rows touched.",
  });
}

function erased(plan: Plan, strategy: Strategy, operation: Operation): string[] {
  const kept = plan.retentions.find(
    (each) =>
      each.table.name === operation.table.name &&
      JSON.stringify(each.rows) === JSON.stringify(operation.rows),
  );
  if (operation.class === "retain" && operation.action === "detach" && kept !== undefined)
    return [keepDetached(kept, chunk(operation, plan.key, byVariable))];
  const told = toldLate(plan, strategy, operation, true);
  return [
    chunk(operation, plan.key, byVariable, told),
    "get diagnostics touched = row_count;",
    ...(told.length === 0 ? [] : holdLate(plan, strategy, [operation])),
  ];
}

function subjectsOfOne(plan: Plan): string[] {
  return [
    `subjects constant ${plan.key.type}[] := array[subject];`,
    ...optionDeclarations(
      plan,
      inSteps(plan).flatMap(([, operations]) => operations),
    ),
  ];
}

function forStrategy(strategy: Strategy, statements: string[]): string {
  return `if strategy = '${strategy}' then\n${indent(statements.join("\n"), 2)}\nend if;`;
}
