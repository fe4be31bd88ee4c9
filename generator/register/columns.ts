/** Sorts a table's columns by what the annotation says of them. Nothing is guessed from a name. */
import type { ColumnRule, Transform } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import type { Decision } from "../plan/context.ts";
import { effective } from "../plan/owner.ts";
import type { Category, RegisteredColumn, RegisteredTable } from "./model.ts";

const CATEGORIES: Category[] = [
  "personal",
  "secret",
  "second factor",
  "state",
  "not personal",
  "key",
  "open",
  "with the row",
];

export function columnsOf(decision: Decision, marks: string[], owners: string[]): RegisteredTable["columns"] {
  const { table } = decision;
  const sorted = Object.fromEntries(
    CATEGORIES.map((each) => [each, [] as RegisteredColumn[]]),
  ) as RegisteredTable["columns"];
  const keys = keysOf(table, owners);
  for (const { name } of table.columns) {
    if (marks.includes(name)) continue;
    const rule = ruleFor(decision, name);
    sorted[categoryOf(rule, keys.has(name))].push({ column: name, note: noteOf(rule) });
  }
  return sorted;
}

/** The first that speaks of it: the table, then its rules in their order. */
export function ruleFor({ annotation }: Decision, column: string): ColumnRule | undefined {
  const own = (columns: Record<string, ColumnRule> | undefined) =>
    columns !== undefined && Object.hasOwn(columns, column) ? columns[column] : undefined;
  if (annotation.class === "subject") return own(annotation.columns);
  if (annotation.class !== "table") return undefined;
  const said = [
    annotation.columns,
    ...annotation.rules.flatMap((rule) => [effective(rule).columns, rule.columns]),
  ];
  return said.map(own).find((rule) => rule !== undefined);
}

/** Names of the effects that its columns' values go to. */
export function effectsOf(decision: Decision): string[] {
  const rules = decision.table.columns.map((column) => ruleFor(decision, column.name));
  const named = rules.flatMap((rule) =>
    rule !== undefined && rule.action !== "keep" && rule.action !== "todo" ? (rule.effect ?? []) : [],
  );
  return [...new Set(named)].sort();
}

function categoryOf(rule: ColumnRule | undefined, key: boolean): Category {
  if (rule === undefined) return key ? "key" : "with the row";
  if (rule.action === "todo") return "open";
  if (rule.action === "keep") return "not personal";
  if (rule.mfa) return "second factor";
  if (rule.secret) return "secret";
  return rule.personal ? "personal" : "state";
}

function keysOf(table: Table, owners: string[]): Set<string> {
  const primary = table.indexes.filter((index) => index.primary).flatMap((index) => index.columns);
  const names = [...primary, ...table.foreignKeys.flatMap((fk) => fk.columns), ...owners];
  return new Set(names.filter((name) => name !== null));
}

function noteOf(rule: ColumnRule | undefined): string | null {
  if (rule === undefined) return null;
  if (rule.action === "todo") return rule.question;
  if (rule.action === "keep") return rule.reason ?? null;
  const unless = rule.unless === undefined ? "" : `, unless ${rule.unless.trim()}`;
  return `${transformed(rule)}${rule.at === "schedule" ? ", at once when scheduled" : ""}${unless}`;
}

function transformed(rule: Transform): string {
  switch (rule.action) {
    case "null":
      return "emptied";
    case "email":
      return "replaced by a placeholder address";
    case "literal":
      return `set to ${JSON.stringify(rule.value)}`;
    case "template":
      return `set to ${JSON.stringify(rule.template)}`;
    case "truncate":
      return `cut to the ${rule.to}`;
    case "json_remove":
      return `without ${rule.paths.map((path) => path.join(".")).join(", ")}`;
    case "json_set":
      return `${rule.path.join(".")} replaced`;
    case "empty_array":
      return "emptied";
    case "remove_element":
      return "without the person's element";
    case "hash":
      return "replaced by a keyed hash";
    case "sql":
      return `set to ${rule.expression.trim()}`;
  }
}
