/** What an annotation says of a table's columns, as far as an export asks: all rules together, and one rule alone. */
import type { ColumnRule, Rule, SubjectAnnotation, TableAnnotation } from "../annotation/model.ts";
import type { Decision } from "./context.ts";
import { effective } from "./owner.ts";

export interface DeclaredColumn {
  decided: boolean;
  personal: boolean;
  secret: boolean;
  /** By the one rule: what it transforms is its person's. */
  claimed: boolean;
}

export interface ColumnSources {
  of(column: string): DeclaredColumn;
  /** Sessions, credentials or second factors. */
  signingIn: boolean;
  session: boolean;
  mfa: boolean;
}

export function columnSources(decision: Decision, rule: Rule | null): ColumnSources {
  const annotation = decision.annotation as SubjectAnnotation | TableAnnotation;
  const rules =
    annotation.class === "table" ? annotation.rules.flatMap((each) => [each, effective(each)]) : [];
  const all = [annotation.columns ?? {}, ...rules.map((each) => each.columns ?? {})];
  const alone = annotation.class === "table" && annotation.rules.length === 1;
  const claimed = rule === null || (alone && rule.columns === undefined) ? annotation.columns : rule.columns;
  const has = (name: Rule["class"]) => rules.some((each) => each.class === name);
  return {
    of(column) {
      const said = all.flatMap((columns) => (Object.hasOwn(columns, column) ? [columns[column]] : []));
      return {
        decided: said.some((each) => each !== undefined && each.action !== "todo"),
        personal: said.some((each) => flag(each, "personal")),
        secret: said.some((each) => flag(each, "secret") || flag(each, "mfa")),
        claimed: Object.hasOwn(claimed ?? {}, column),
      };
    },
    signingIn: has("session") || has("credential") || has("mfa"),
    session: has("session"),
    mfa: has("mfa"),
  };
}

function flag(rule: ColumnRule | undefined, name: "personal" | "secret" | "mfa"): boolean {
  return rule !== undefined && rule.action !== "keep" && rule.action !== "todo" && rule[name] === true;
}
