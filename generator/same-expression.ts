/**
 * Whether two SQL expressions say the same, one as a person writes it over the row `t`, one as PostgreSQL prints it:
 * parentheses, the names of types and casts to text don't count. Where it can't tell, it says no.
 */
import { expressionTree } from "./sql-fragment.ts";

export function sameExpression(written: string, printed: string): boolean {
  const left = canonical(written);
  return left !== null && left === canonical(printed);
}

/** The columns that an expression reads; null where it can't be read, or looks beyond the row. */
export function columnsRead(expression: string): string[] | null {
  const tree = expressionTree(expression);
  if (tree === null) return null;
  const found = new Set<string>();
  return collect(tree, found) ? [...found] : null;
}

function canonical(expression: string): string | null {
  const tree = expressionTree(expression);
  return tree === null ? null : JSON.stringify(reduce(tree));
}

const TEXTS = ["text", "varchar", "bpchar", "unknown"];

function reduce(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(reduce);
  if (!isNode(node)) return node;
  if (isNode(node.TypeCast) && TEXTS.includes(typeOf(node.TypeCast))) return reduce(node.TypeCast.arg);
  if (isNode(node.ColumnRef)) return { column: nameOf(node.ColumnRef.fields) };
  if (Array.isArray(node.names) && "typemod" in node) return { type: lastName(node.names) };
  const entries = Object.entries(node)
    .filter(([key]) => key !== "location" && key !== "funcformat")
    .map(([key, value]) => [key, key === "funcname" ? lastName(value) : reduce(value)]);
  return Object.fromEntries(entries);
}

function typeOf(cast: Record<string, unknown>): string {
  return isNode(cast.typeName) ? lastName(cast.typeName.names) : "";
}

function nameOf(fields: unknown): string {
  return lastName(fields);
}

/** `pg_catalog.int8` and `int8`, `t.email` and `email`. */
function lastName(names: unknown): string {
  const last: unknown = Array.isArray(names) ? names.at(-1) : undefined;
  const text = isNode(last) && isNode(last.String) ? last.String.sval : undefined;
  return typeof text === "string" ? text : JSON.stringify(names);
}

function collect(node: unknown, found: Set<string>): boolean {
  if (Array.isArray(node)) return node.every((each) => collect(each, found));
  if (!isNode(node)) return true;
  if ("SubLink" in node) return false;
  if (isNode(node.ColumnRef)) found.add(nameOf(node.ColumnRef.fields));
  return Object.values(node).every((each) => collect(each, found));
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
