/** Whether rows outlive an erasure, so that every column has to be decided. */
import type { Rule } from "../annotation/model.ts";
import type { TableDraft } from "./model.ts";

export function survives({ rules, columns }: Pick<TableDraft, "rules" | "columns">): boolean {
  return columns.length > 0 && rules.some(({ rule }) => !goes(rule));
}

function goes(rule: Rule): boolean {
  if (rule.class === "content") return rule.rows === "delete" || rule.rows === "cascade";
  return rule.class === "session" || rule.class === "credential" || rule.class === "mfa";
}
