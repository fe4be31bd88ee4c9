/** A draft as the planner reads it: exactly what the rendered file says once it is loaded. */
import type { Annotation, AnyTableAnnotation, ColumnRule, Rule } from "../annotation/model.ts";
import { normalise } from "../annotation/normalise.ts";
import type { ColumnDraft, Draft, TableDraft } from "./model.ts";

export function toAnnotation(draft: Draft): Annotation {
  const { subject, strategies } = draft;
  const tables: [string, AnyTableAnnotation][] = draft.tables.map((table) => [
    table.key,
    tableAnnotation(table),
  ]);
  const defaults = normalise({
    lifecycle: { strategies, gracePeriod: "14 days", cancelCooldown: "24 hours" },
    tables: {},
  });
  return {
    ...defaults,
    tables: {
      [subject.key]: {
        class: "subject",
        key: subject.column,
        columns: rulesOf(subject.columns),
        ...(subject.marks === null ? {} : { marks: subject.marks }),
      },
      ...Object.fromEntries(tables),
    },
  };
}

function tableAnnotation(table: TableDraft): AnyTableAnnotation {
  if (table.todo !== null) return { class: "todo", question: table.todo };
  const columns = survives(table) ? { columns: rulesOf(table.columns) } : {};
  return { class: "table", ...columns, rules: table.rules.map(({ rule }) => rule) };
}

/** Whether rows outlive an erasure, so that every column has to be decided. */
export function survives({ rules, columns }: TableDraft): boolean {
  return columns.length > 0 && rules.some(({ rule }) => !goes(rule));
}

function goes(rule: Rule): boolean {
  if (rule.class === "content") return rule.rows === "delete" || rule.rows === "cascade";
  return rule.class === "session" || rule.class === "credential" || rule.class === "mfa";
}

function rulesOf(columns: ColumnDraft[]): Record<string, ColumnRule> {
  return Object.fromEntries(columns.map(({ column, rule }) => [column, rule]));
}
