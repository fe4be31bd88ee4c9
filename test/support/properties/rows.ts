/** What is asked of single rows: conditions, equal keys, columns that others are computed from. */
import type { ColumnRule } from "../../../generator/annotation/model.ts";
import { ident } from "../../../generator/quote.ts";
import type { Json, Row } from "./state.ts";

export function pickColumns(
  columns: Record<string, ColumnRule>,
  wanted: (rule: Exclude<ColumnRule, { action: "keep" | "todo" }>, name: string) => boolean,
): Record<string, ColumnRule> {
  return Object.fromEntries(
    Object.entries(columns).filter(
      ([name, rule]) => rule.action !== "keep" && rule.action !== "todo" && wanted(rule, name),
    ),
  );
}

/** Conditions are drawn from one kind. */
export function holds(condition: string | undefined, row: Row): boolean {
  if (condition === undefined) return true;
  const match = /^t\.flag >= (\d+)$/.exec(condition);
  if (match === null) throw new Error(`the interpreter doesn't know the condition ${condition}`);
  return Number(row.flag) >= Number(match[1]);
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  return a !== null && a !== undefined && b !== null && b !== undefined && String(a) === String(b);
}

/** Generated columns are drawn as upper(another). */
export function generated(expression: string, row: Row): Json {
  const source = Object.keys(row).find((name) => expression === `upper(${ident(name)})`);
  if (source === undefined) throw new Error(`the interpreter doesn't know the expression ${expression}`);
  const value = row[source];
  return typeof value === "string" ? value.toUpperCase() : null;
}
