/** From `group(…)` to the tables it names: the planner knows tables, each with a decision of its own. */
import type { GroupResult } from "./input.ts";
import type { Annotation } from "./model.ts";

export function isPattern(name: string): boolean {
  return name.includes("*");
}

/** What the file names: patterns that are plain names, and the list. A `todo()` in the list holds the name as its question. */
export function groupNames({ patterns, tables }: Pick<GroupResult, "patterns" | "tables">): {
  name: string;
  open: boolean;
}[] {
  return [
    ...patterns.filter((pattern) => !isPattern(pattern)).map((name) => ({ name, open: false })),
    ...(tables ?? []).map((each) =>
      typeof each === "string" ? { name: each, open: false } : { name: each.question, open: true },
    ),
  ];
}

/** The question that stands for a table in a group's list until somebody has looked at it. */
export function groupQuestion(key: string): string {
  return `new match of ${key}: does its decision hold for it?`;
}

/** The key of the group that names a table, or undefined. */
export function groupOf({ groups }: Annotation, table: string): string | undefined {
  return Object.keys(groups).find((key) => groups[key]?.tables?.includes(table));
}
