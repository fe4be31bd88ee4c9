/** Rules and owners as the builder calls that make them. Every builder used is noted, for the import. */
import type { ColumnRule, Owner, Rule } from "../annotation/model.ts";
import { objectKey } from "../plan/lints/support/names.ts";

export type Used = Set<string>;

export function renderColumn(rule: ColumnRule, used: Used): string {
  if (rule.action === "keep" || rule.action === "todo") {
    used.add(rule.action);
    const text = rule.action === "keep" ? rule.reason : rule.question;
    return `${rule.action}(${text === undefined ? "" : JSON.stringify(text)})`;
  }
  const { personal: _personal, secret, mfa, ...rest } = rule;
  if (secret === true && (rule.action === "null" || rule.action === "literal")) {
    used.add(mfa === true ? "mfa" : "secret");
    const to = rule.action === "literal" ? { to: rule.value } : {};
    return `${mfa === true ? "mfa.secret" : "secret"}(${options({ ...to, ...optionsOf(rest) })})`;
  }
  used.add("pii");
  return `pii.${call(rule, options(optionsOf(rest)))}`;
}

function call(rule: Exclude<ColumnRule, { action: "keep" | "todo" }>, last: string): string {
  const args = (...given: unknown[]) =>
    [...given.map((each) => JSON.stringify(each)), last].filter((each) => each !== "").join(", ");
  switch (rule.action) {
    case "null":
    case "email":
    case "hash":
      return `${rule.action}(${args()})`;
    case "literal":
      return `replace(${args(rule.value)})`;
    case "template":
      return `template(${args(rule.template)})`;
    case "truncate":
      return `truncate(${args(rule.to)})`;
    case "empty_array":
      return `emptyArray(${args()})`;
    case "json_remove":
      return `jsonRemove(${args(rule.paths)})`;
    case "json_set":
      return `jsonSet(${args(rule.path, rule.value)})`;
    case "remove_element":
      return `removeElement(${args(rule.element)})`;
    case "sql":
      return `sql(${args(rule.expression)})`;
    default:
      throw new Error(`the draft proposes something that it can't write`);
  }
}

function optionsOf(rule: Record<string, unknown>): Record<string, unknown> {
  const names = ["at", "restore", "unless", "effect", "onSoftDelete"];
  return Object.fromEntries(
    names.filter((name) => rule[name] !== undefined).map((name) => [name, rule[name]]),
  );
}

export function renderOwner(owner: Owner, used: Used): string {
  switch (owner.by) {
    case "column":
      return JSON.stringify(owner.column);
    case "via": {
      used.add("via");
      const { columns, references } = owner;
      const more = columns === undefined ? "" : `, ${options({ columns, references })}`;
      return `via(${JSON.stringify(owner.table)}${more})`;
    }
    case "polymorphic":
      used.add("polymorphic");
      return `polymorphic(${options({ type: owner.type, id: owner.id, value: owner.value })})`;
    case "sql":
      used.add("ownerSql");
      return `ownerSql(${JSON.stringify(owner.expression)})`;
    default:
      throw new Error(`the draft has no words for an owner by ${owner.by}`);
  }
}

/** The fields of a rule, `key: value` each, without its columns. */
export function renderFields(rule: Rule, used: Used): string[] {
  const fields: string[] = rule.owner === undefined ? [] : [`owner: ${renderOwner(rule.owner, used)}`];
  if (rule.class === "retain") {
    fields.push(
      `for: ${JSON.stringify(rule.for)}`,
      `since: ${JSON.stringify(rule.since)}`,
      `basis: ${JSON.stringify(rule.basis)}`,
    );
  }
  if (rule.class === "blocker") {
    fields.push(`message: ${JSON.stringify(rule.message)}`);
    if (rule.otherwise !== undefined) fields.push(`otherwise: ${renderRule(rule.otherwise, used)}`);
  }
  if (rule.class === "content" && rule.rows !== undefined)
    fields.push(`rows: ${renderRows(rule.rows, used)}`);
  return fields;
}

function renderRows(rows: unknown, used: Used): string {
  if (typeof rows === "object" && rows !== null && "action" in rows) {
    used.add("reassign");
    const { to } = rows as { to?: { ghost?: string } };
    return `reassign(${JSON.stringify(to?.ghost ?? to)})`;
  }
  return value(rows);
}

export function renderRule(rule: Rule, used: Used): string {
  used.add(rule.class);
  const fields = renderFields(rule, used);
  return fields.length === 0 ? `${rule.class}()` : `${rule.class}({ ${fields.join(", ")} })`;
}

function options(given: Record<string, unknown>): string {
  return Object.keys(given).length === 0 ? "" : value(given);
}

/** JSON as a person writes it in TypeScript. */
export function value(given: unknown): string {
  if (Array.isArray(given)) return `[${given.map(value).join(", ")}]`;
  if (typeof given !== "object" || given === null) return JSON.stringify(given);
  const entries = Object.entries(given).filter(([, each]) => each !== undefined);
  return `{ ${entries.map(([key, each]) => `${objectKey(key)}: ${value(each)}`).join(", ")} }`;
}
