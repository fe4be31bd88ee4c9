/** The builder for one decision about many tables. */
import type { GroupDecision, GroupResult, Todo } from "../input.ts";

/**
 * One decision for many tables. `patterns` are names or patterns with `*`; `tables` lists what they match, so that a new
 * table is a question and never included by its name alone. Leave the list out at first: `lethe sync` writes it.
 * @example ...group(["*_tag", "*_rating"], content({ rows: "delete" }), ["post_tag", "shop_rating"])
 */
export function group(
  patterns: string[],
  decision: GroupDecision,
  tables?: (string | Todo)[],
): Record<string, GroupResult> {
  const made: GroupResult = {
    class: "group",
    patterns,
    decision,
    ...(tables === undefined ? {} : { tables }),
  };
  return { [groupKey(patterns)]: made };
}

/** What a group is called in the record of tables, and in findings. */
export function groupKey(patterns: unknown): string {
  return `group(${Array.isArray(patterns) ? patterns.map(String).join(", ") : "…"})`;
}
