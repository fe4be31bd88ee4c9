/** What is different between two snapshots, in the words of `lethe sync`. */
import type { Annotation } from "../generator/annotation/model.ts";
import type { Catalog, Table } from "../generator/catalog/model.ts";
import { onlyPattern } from "../generator/plan/groups.ts";

export interface CatalogChange {
  kind: "added" | "removed" | "changed";
  /** `schema.table`, `schema.table.column`, or a view's name. */
  name: string;
  /** What about it: of what has changed, and of a new table that only a pattern speaks of. */
  what?: string;
}

export function catalogChanges(before: Catalog, after: Catalog): CatalogChange[] {
  const tables = pairs(before.tables, after.tables).flatMap(([old, now]) =>
    old && now ? tableChanges(old, now) : addedOrRemoved(old, now, (now ?? old)?.name),
  );
  const views = pairs(before.views, after.views).flatMap(([old, now]) => {
    if (!old || !now) return addedOrRemoved(old, now, (now ?? old)?.name);
    return same(old, now) ? [] : [{ kind: "changed" as const, name: now.name, what: "view" }];
  });
  return [...tables, ...views];
}

/** A new table that a pattern takes is a question to nobody: so it is said, once, while it is new. */
export function withPatterns(
  changes: CatalogChange[],
  annotation: Annotation | null,
  after: Catalog,
): CatalogChange[] {
  if (annotation === null) return changes;
  return changes.map((change) => {
    const table = after.tables.find((each) => each.name === change.name);
    if (change.kind !== "added" || table === undefined) return change;
    const pattern = onlyPattern(annotation, table);
    const said = pattern === null ? undefined : annotation.tables[pattern]?.class;
    if (pattern === null || said === "todo") return change;
    const means = said === "keep" ? "to be kept" : "unrelated";
    return {
      ...change,
      what: `${means}, says the pattern ${JSON.stringify(pattern)}, and nobody has looked at it`,
    };
  });
}

function tableChanges(before: Table, after: Table): CatalogChange[] {
  const columns = pairs(before.columns, after.columns).flatMap(([old, now]) => {
    const name = `${after.name}.${(now ?? old)?.name}`;
    if (!old || !now) return addedOrRemoved(old, now, name);
    return same(old, now) ? [] : [{ kind: "changed" as const, name, what: columnChange(old, now) }];
  });
  const others = (Object.keys(after) as (keyof Table)[])
    .filter((key) => key !== "columns" && !same(before[key], after[key]))
    .map((key) => ({ kind: "changed" as const, name: after.name, what: WORDS[key] ?? key }));
  return [...columns, ...others];
}

const WORDS: Partial<Record<keyof Table, string>> = {
  foreignKeys: "foreign keys",
  rowSecurity: "row-level security",
  partitionOf: "partition",
  partitionKey: "partition key",
  replicaIdentity: "replica identity",
};

function columnChange(before: Table["columns"][number], after: Table["columns"][number]): string {
  if (before.type !== after.type) return `${before.type} → ${after.type}`;
  if (before.notNull !== after.notNull) return after.notNull ? "now NOT NULL" : "now nullable";
  return "definition";
}

function addedOrRemoved(old: unknown, now: unknown, name = ""): CatalogChange[] {
  return [{ kind: old === undefined && now !== undefined ? "added" : "removed", name }];
}

/** Each name of both lists once, with what either list has under it. */
function pairs<T extends { name: string }>(before: T[], after: T[]): [T | undefined, T | undefined][] {
  const find = (list: T[], name: string): T | undefined => list.find((item) => item.name === name);
  const names = new Set([...before, ...after].map((item) => item.name));
  return [...names].sort().map((name) => [find(before, name), find(after, name)]);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
