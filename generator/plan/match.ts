/** Resolves owners by value: rows that name a person only by an e-mail address, say. */
import { createHash } from "node:crypto";
import type { AnnotationPath, Owner, Sql } from "../annotation/model.ts";
import type { Index, Table } from "../catalog/model.ts";
import { columnsRead, sameExpression } from "../same-expression.ts";
import { castFor } from "./compare.ts";
import { columnOrFail, type Decision, type PlanContext, report, Unresolved } from "./context.ts";
import type { MatchedValue, MatchOwner, Operation, OwnerPlan } from "./model.ts";

type Match = Extract<Owner, { by: "match" }>;

export function resolveMatch(
  context: PlanContext,
  subject: Decision,
  table: Table,
  owner: Match,
  path: AnnotationPath,
): OwnerPlan {
  const column = columnOrFail(context, table, owner.column, path);
  const of = typeof owner.value === "string" ? { column: owner.value } : owner.value;
  // What an expression yields is compared as text: the catalog doesn't know its type.
  const baseType =
    "column" in of ? unsized(columnOrFail(context, subject.table, of.column, path).baseType) : "text";
  const and = Object.entries(owner.and ?? {}).map(([own, theirs]) => {
    const type = unsized(columnOrFail(context, subject.table, theirs, path).baseType);
    const cast = castFor(columnOrFail(context, table, own, path).baseType, type);
    return { column: own, cast, value: { column: theirs, baseType: type } };
  });
  const values = and.map((each) => each.value);
  const condition = prove(context, subject, table, owner, path);
  return {
    by: "match",
    column: owner.column,
    cast: castFor(column.baseType, baseType),
    operatorSchema: schemaOfType(column.baseType),
    and: and.map((each) => ({ column: each.column, cast: each.cast })),
    value: { name: nameOf(owner, condition), of, baseType, if: condition, and: values },
  };
}

/** A bare `character` is one character long. */
function unsized(type: string): string {
  return type === "character" ? "bpchar" : type;
}

/** The condition under which the value is theirs; a finding where there is none, or where it may be another's too. */
function prove(
  context: PlanContext,
  subject: Decision,
  table: Table,
  owner: Match,
  path: AnnotationPath,
): Sql {
  const words = typeof owner.value === "string" ? owner.value : owner.value.sql.trim();
  const problem = (message: string, remedy: string) =>
    report(context, { code: "L044", subject: `${table.name}.${owner.column}`, message, remedy, path });
  if (owner.if === undefined) {
    problem(
      `nothing says that ${words} is proved to be the person's: whoever registers a victim's would erase the victim's rows`,
      `write match(${JSON.stringify(owner.column)}, { if: "t.…_verified" })`,
    );
    throw new Unresolved();
  }
  // Two people with the same value would erase each other's rows.
  const and = Object.values(owner.and ?? {});
  if (subject.table.indexes.some((index) => tellsApart(index, owner.value, and))) return owner.if;
  const reads = typeof owner.value === "string" ? null : columnsRead(owner.value.sql);
  problem(
    `two people may have the same ${[words, ...and].join(" and ")}: no unique index says otherwise`,
    typeof owner.value === "string"
      ? "make the subject's column unique, or add with `and` the columns that tell people apart, or find the rows with ownerSql()"
      : reads === null
        ? "write an expression over the columns of the person's row alone, with a unique index on it"
        : `create unique index on ${subject.table.name} ((${words.replace(/\bt\./g, "")})${and.map((each) => `, ${each}`).join("")}), then run \`lethe sync\`; as PostgreSQL prints it the expression must read the same`,
  );
  throw new Unresolved();
}

/** Whether the index allows no two people the same value, or the same value beside the same other columns. */
function tellsApart(index: Index, value: Match["value"], and: string[]): boolean {
  if (!index.unique) return false;
  const expressions = [...index.expressions];
  return index.columns.every((column) => {
    if (column !== null) return column === value || and.includes(column);
    const expression = expressions.shift() ?? "";
    // Unique but for small and capital letters is more than unique.
    if (typeof value === "string") return expression.includes(value);
    return sameExpression(value.sql, expression);
  });
}

/** The same value under another condition is another match. */
function nameOf({ value, and }: Match, condition: Sql): string {
  const words = typeof value === "string" ? value : value.sql;
  const more = typeof value === "string" && and === undefined ? "" : JSON.stringify([value, and]);
  const hash = createHash("sha256")
    .update(condition + more)
    .digest("hex")
    .slice(0, 6);
  return `match_${words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .slice(0, 40)}_${hash}`;
}

/** The value as an author names it. */
export function matchInWords({ of, and }: MatchedValue): string {
  return ["column" in of ? of.column : of.sql.trim(), ...and.map((each) => each.column)].join(" and ");
}

/** The columns that hold the value and what must be equal beside it. */
export function matchColumns(owner: MatchOwner): string[] {
  return [...owner.and.map((each) => each.column), owner.column];
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
