/** A draft as the planner reads it: exactly what the rendered file says once it is loaded. */
import { groupKey } from "../annotation/builders/groups.ts";
import type { Annotation, AnyTableAnnotation, ColumnRule, GroupAnnotation } from "../annotation/model.ts";
import { normalise } from "../annotation/normalise.ts";
import { entries } from "./alike.ts";
import type { ColumnDraft, Draft, TableDraft } from "./model.ts";
import { survives } from "./survives.ts";

export function toAnnotation(draft: Draft): Annotation {
  const { subject, strategies } = draft;
  const said = entries(draft);
  const tables = said.flatMap(({ table, group }): [string, AnyTableAnnotation][] =>
    (group?.tables ?? [table]).map(({ key }) => [key, tableAnnotation(table)]),
  );
  const groups = said.flatMap(({ table, group }): [string, GroupAnnotation][] => {
    if (group === null) return [];
    const names = group.tables.map(({ key }) => key);
    return [
      [
        groupKey(group.patterns),
        { patterns: group.patterns, tables: names, decision: tableAnnotation(table) },
      ],
    ];
  });
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
    groups: Object.fromEntries(groups),
  };
}

function tableAnnotation(table: TableDraft): AnyTableAnnotation {
  if (table.todo !== null) return { class: "todo", question: table.todo };
  const columns = survives(table) ? { columns: rulesOf(table.columns) } : {};
  return { class: "table", ...columns, rules: table.rules.map(({ rule }) => rule) };
}

function rulesOf(columns: ColumnDraft[]): Record<string, ColumnRule> {
  return Object.fromEntries(columns.map(({ column, rule }) => [column, rule]));
}
