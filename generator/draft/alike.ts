/**
 * Tables about which the draft says the same, so that the file says it once: `group(…)` for three or more. One question
 * about a column is then one question, however many tables have it.
 */
import { isDeepStrictEqual } from "node:util";
import { matcher } from "../plan/groups.ts";
import { splitName } from "../quote.ts";
import type { ColumnDraft, Draft, TableDraft } from "./model.ts";
import { survives } from "./survives.ts";

/** What the file says in one place. */
export interface Entry {
  /** What is said; for a group with the columns of all its tables. */
  table: TableDraft;
  group: { patterns: string[]; names: string[]; tables: TableDraft[] } | null;
}

const ENOUGH = 3;

/** In the order of the draft, a group where its first table stands. */
export function entries(draft: Draft): Entry[] {
  const alike: TableDraft[][] = [];
  for (const table of draft.tables) {
    const known = alike.find(([first]) => first !== undefined && isAlike(first, table));
    if (known === undefined) alike.push([table]);
    else known.push(table);
  }
  const taken = new Set<string>();
  const place = new Map(draft.tables.map((table, at) => [table, at]));
  const families = alike
    .flatMap(byLastWord)
    .sort(([a], [b]) => (place.get(a as TableDraft) ?? 0) - (place.get(b as TableDraft) ?? 0));
  return families.flatMap((tables): Entry[] => {
    if (tables.length < ENOUGH) return tables.map((table) => ({ table, group: null }));
    const names = tables.map((table) => table.key);
    const pattern = patternOf(tables, draft);
    const free = pattern !== null && !taken.has(pattern);
    if (free) taken.add(pattern);
    return [
      {
        table: merged(tables),
        group: { patterns: free ? [pattern] : names, names: free ? names : [], tables },
      },
    ];
  });
}

/** `*_likes` and `*_follows` apart, though the same is said of both: a pattern tells a reader more than a list. */
function byLastWord(tables: TableDraft[]): TableDraft[][] {
  const families = Map.groupBy(
    tables,
    (table) => splitName(table.table).name.split("_").slice(1).at(-1) ?? "",
  );
  const large = [...families.values()].filter((each) => each.length >= ENOUGH);
  const rest = tables.filter((table) => !large.some((each) => each.includes(table)));
  // What is left is one group, or single tables in places of their own.
  return [...large, ...(rest.length >= ENOUGH ? [rest] : rest.map((table) => [table]))];
}

function isAlike(a: TableDraft, b: TableDraft): boolean {
  if (a.group !== b.group || a.todo !== b.todo) return false;
  const rules = (table: TableDraft) => table.rules.map(({ rule }) => rule);
  if (!isDeepStrictEqual(rules(a), rules(b))) return false;
  if (!survives(a) && !survives(b)) return true;
  return survives(a) === survives(b) && haveAlikeColumns(a.columns, b.columns);
}

/** The same said of the same columns; most of them in both, or one decision would be about two things. */
function haveAlikeColumns(a: ColumnDraft[], b: ColumnDraft[]): boolean {
  const known = new Map(a.map((each) => [each.column, each]));
  const common = b.filter((each) => known.has(each.column));
  if (common.length * 2 < Math.max(a.length, b.length)) return false;
  return common.every((each) => isDeepStrictEqual(known.get(each.column)?.rule, each.rule));
}

function merged(tables: TableDraft[]): TableDraft {
  const [first] = tables as [TableDraft];
  const columns = new Map<string, ColumnDraft>();
  for (const table of tables)
    for (const each of table.columns) columns.set(each.column, columns.get(each.column) ?? each);
  const said = [...new Set(tables.map((table) => table.why).filter((why) => why !== ""))];
  return {
    ...first,
    why: [`${tables.length} tables alike`, ...said].join("; "),
    rules: first.rules.map((rule, at) => ({
      ...rule,
      why: [...new Set(tables.map((table) => table.rules[at]?.why ?? ""))].join("; or "),
    })),
    columns: [...columns.values()],
    notes: [...new Set(tables.flatMap((table) => table.notes))],
  };
}

/** `*_tags` where all are called so, and no table that nothing is said about is. */
function patternOf(tables: TableDraft[], draft: Draft): string | null {
  const words = tables.map((table) => splitName(table.table).name.split("_"));
  const one = (pick: (parts: string[]) => string | undefined): string | null => {
    const found = new Set(words.map((parts) => (parts.length > 1 ? pick(parts) : undefined)));
    const [only] = found;
    return found.size === 1 && only !== undefined && only.length > 2 && !/[*]/.test(only) ? only : null;
  };
  const last = one((parts) => parts.at(-1));
  const first = one((parts) => parts[0]);
  for (const pattern of [last && `*_${last}`, first && `${first}_*`]) {
    if (!pattern) continue;
    const fits = matcher(pattern);
    if (!draft.unreached.some((name) => fits({ name, table: splitName(name).name }))) return pattern;
  }
  return null;
}
