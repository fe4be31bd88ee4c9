/** Resolves owners by value: rows that name a person only by an e-mail address, say. */
import { createHash } from "node:crypto";
import type { AnnotationPath, Owner } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { castFor } from "./compare.ts";
import { columnOrFail, type Decision, type PlanContext, report, Unresolved } from "./context.ts";
import type { MatchedValue, Operation, OwnerPlan } from "./model.ts";

export function resolveMatch(
  context: PlanContext,
  subject: Decision,
  table: Table,
  owner: Extract<Owner, { by: "match" }>,
  path: AnnotationPath,
): OwnerPlan {
  const column = columnOrFail(context, table, owner.column, path);
  const value = columnOrFail(context, subject.table, owner.value, path);
  const problem = (message: string, remedy: string) =>
    report(context, { code: "L044", subject: `${table.name}.${owner.column}`, message, remedy, path });
  if (owner.if === undefined) {
    problem(
      `nothing says that ${owner.value} is proved to be the person's: whoever registers a victim's would erase the victim's rows`,
      `write match(${JSON.stringify(owner.column)}, { if: "t.…_verified" })`,
    );
    throw new Unresolved();
  }
  // Two people with the same value would erase each other's rows.
  const unique = subject.table.indexes.some(
    (index) =>
      index.unique &&
      index.columns.length === 1 &&
      (index.columns[0] === owner.value || index.expressions.some((each) => each.includes(owner.value))),
  );
  if (!unique) {
    problem(
      `two people may have the same ${owner.value}: no unique index says otherwise`,
      "make the subject's column unique, or find the rows with ownerSql()",
    );
    throw new Unresolved();
  }
  return {
    by: "match",
    column: owner.column,
    cast: castFor(column.baseType, value.baseType),
    operatorSchema: schemaOfType(column.baseType),
    value: {
      name: nameOf(owner.value, owner.if),
      column: owner.value,
      baseType: value.baseType,
      if: owner.if,
    },
  };
}

/** The same value under another condition is another match. */
function nameOf(column: string, condition: string): string {
  const hash = createHash("sha256").update(condition).digest("hex").slice(0, 6);
  return `match_${column
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 40)}_${hash}`;
}

/** Types of extensions are printed with their schema; their operators live there too. */
function schemaOfType(type: string): string | null {
  const dot = type.indexOf(".");
  return dot === -1 ? null : type.slice(0, dot).replace(/^"|"$/g, "");
}

/** Every value that any operation, blocker or guard matches by, once. */
export function matchedValues(rows: Operation["rows"][]): MatchedValue[] {
  const found = new Map<string, MatchedValue>();
  const walk = (each: Operation["rows"]): void => {
    if (each.owner.by === "match") found.set(each.owner.value.name, each.owner.value);
    if (each.owner.by === "via" || each.owner.by === "referenced_by") each.owner.arms.forEach(walk);
  };
  rows.forEach(walk);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
