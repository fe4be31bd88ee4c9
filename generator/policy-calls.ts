/**
 * Finds function calls in a policy's expression that PostgreSQL repeats for each row: those that take no column and
 * stand outside a subquery. In a subquery of its own such a call is made once a statement (an InitPlan).
 */
import { loadModule, parseSync } from "libpg-query";

await loadModule();

/** Built-in functions that are looked up by everybody in policies and cost enough to matter. */
const BUILT_IN = new Set(["current_setting"]);

/** The calls as text, in their order; none where the expression can't be parsed. */
export function calledPerRow(expression: string): string[] {
  const found: string[] = [];
  try {
    walk(parseSync(`select ${expression}`), found);
  } catch {
    return [];
  }
  return found;
}

type Tree = Record<string, unknown>;

function walk(node: unknown, found: string[]): void {
  if (Array.isArray(node)) for (const item of node) walk(item, found);
  if (!isTree(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "SubLink") continue;
    if (key === "FuncCall" && isTree(value) && matters(value) && !mentionsColumn(value)) {
      found.push(textOf(value));
      continue;
    }
    walk(value, found);
  }
}

/** Functions of the team's come with their schema, because the snapshot is read with nothing else on the path. */
function matters(call: Tree): boolean {
  const names = namesOf(call);
  return names.length > 1 ? names[0] !== "pg_catalog" : BUILT_IN.has(names[0] ?? "");
}

function namesOf(call: Tree): string[] {
  const parts = (call.funcname ?? []) as { String?: { sval?: string } }[];
  return parts.flatMap((part) => part.String?.sval ?? []);
}

function mentionsColumn(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(mentionsColumn);
  if (!isTree(node)) return false;
  return Object.entries(node).some(([key, value]) => key === "ColumnRef" || mentionsColumn(value));
}

function textOf(call: Tree): string {
  return `${namesOf(call).join(".")}(${(call.args as unknown[] | undefined)?.length ? "…" : ""})`;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
