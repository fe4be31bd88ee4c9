/** Predicates that find a subject's rows. `t` is the row; nested subqueries have a `t` of their own. */
import type {
  KeyPlan,
  OptionTest,
  OwnedRows,
  OwnerPlan,
  Plan,
  ReferencedBy,
  Referrer,
} from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { nobodyElses } from "./claims.ts";
import { matched, matchOwner } from "./matches.ts";
import { column, indent, table } from "./text.ts";

/** The array of subject keys that a statement works on, as SQL: a variable, or an expression. */
export type Subjects = (option: OptionTest | null) => string;

/** Variables that hold those subjects of the batch whose request carries, or does not carry, an option. */
export function optionVariable(test: OptionTest): string {
  return ident(test.is ? `subjects_${test.option}` : `subjects_not_${test.option}`);
}

export const byVariable: Subjects = (option) => (option === null ? "subjects" : optionVariable(option));

/** One variable for each option that a rule asks for: the subjects whose request carries it, or does not. */
export function optionDeclarations(plan: Plan, works: { rows: OwnedRows }[]): string[] {
  const tests = new Map<string, OptionTest>();
  for (const { rows } of works) for (const test of optionsOf(rows)) tests.set(optionVariable(test), test);
  return [...tests].map(
    ([name, test]) =>
      `${name} constant ${plan.key.type}[] := lethe.subjects_with_option(subjects, ${literal(test.option)}, ${test.is});`,
  );
}

/** Conditions, all of which must hold; each may span lines. */
export function ownedBy(rows: OwnedRows, subjects: Subjects): string[] {
  const conditions = [ownerSql(rows.owner, rows.option, subjects)];
  if (rows.owner.by === "polymorphic")
    conditions.unshift(`${column(rows.owner.type)} = ${literal(rows.owner.value)}`);
  if (rows.where !== null) conditions.push(`(${rows.where.trim()})`);
  if (rows.owner.by === "referenced_by") {
    const all = rows.option === null ? subjects : both(rows.option, subjects);
    conditions.push(...rows.owner.referrers.map((each) => unreferenced(each, all)));
    conditions.push(...nobodyElses(rows.owner, all));
  }
  return conditions;
}

function ownerSql(owner: OwnerPlan, option: OptionTest | null, subjects: Subjects): string {
  const keys = subjects(option);
  switch (owner.by) {
    case "column":
      return `${column(owner.column)} = any (${castKeys(keys, owner.cast)})`;
    case "polymorphic":
      return `${column(owner.id)} = any (${castKeys(keys, owner.cast)})`;
    case "sql":
      return `(${owner.expression.trim()}) = any (${keys})`;
    case "via":
      return viaSql(owner, option === null ? subjects : both(option, subjects));
    case "referenced_by":
      return pointedAt(owner, option === null ? subjects : both(option, subjects));
    case "match":
      return matched(owner, keys);
  }
}

/** A rule's own option narrows what its parents' rules find: both have to hold. */
function both(outer: OptionTest, subjects: Subjects): Subjects {
  const own = subjects(outer);
  return (inner) => {
    const keys = inner === null ? own : subjects(inner);
    return keys === own ? own : `array(select unnest(${own}) intersect select unnest(${keys}))`;
  };
}

export function castKeys(keys: string, cast: string | null): string {
  return cast === null ? keys : `(${keys})::${cast}[]`;
}

function viaSql(owner: Extract<OwnerPlan, { by: "via" }>, subjects: Subjects): string {
  const left = tuple(owner.columns.map((name) => column(name)));
  const right = owner.references.map((name) => column(name)).join(", ");
  const arms = owner.arms.map((arm) => ownedBy(arm, subjects).join("\n  and "));
  const condition = arms.length === 1 ? (arms[0] as string) : arms.map((arm) => `(${arm})`).join("\n  or ");
  return `${left} in (\n${indent(`select ${right}\nfrom ${table(owner.parent)} t\nwhere ${condition}`, 2)}\n)`;
}

/** At this moment: rows that theirs point at. An erasure works on what was written down before those went. */
function pointedAt(owner: ReferencedBy, subjects: Subjects): string {
  const left = tuple(owner.references.map((name) => column(name)));
  const right = owner.columns.map((name) => column(name)).join(", ");
  const arms = owner.arms.map((arm) => ownedBy(arm, subjects).join("\n  and "));
  const condition = arms.length === 1 ? (arms[0] as string) : arms.map((arm) => `(${arm})`).join("\n  or ");
  return `${left} in (\n${indent(`select ${right}\nfrom ${table(owner.child)} t\nwhere ${condition}`, 2)}\n)`;
}

/** No row points at `t` by this foreign key; with `subjects`, none but those that are theirs. */
export function unreferenced(each: Referrer, subjects: Subjects | null): string {
  const same = each.columns.map(
    (name, index) => `r.${ident(name)} = ${column(each.references[index] ?? name)}`,
  );
  const released =
    subjects === null ? [] : each.released.map((rows) => ownedBy(rows, subjects).join(" and "));
  const others =
    released.length === 0
      ? []
      : [`(select ${released.map((one) => `(${one})`).join(" or ")} from (select r.*) t) is not true`];
  return `not exists (\n  select from ${table(each.table)} r\n  where ${[...same, ...others].join("\n    and ")}\n)`;
}

/** Each person's own request, and the options that it carries. */
export const ofRequest: Subjects = (option) =>
  option === null
    ? "array[q.subject_id]"
    : `case when coalesce((q.options ->> ${literal(option.option)})::boolean, false) = ${option.is} then array[q.subject_id] else '{}' end`;

function tuple(parts: string[]): string {
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(", ")})`;
}

/** The subject's key as seen from a row of the table, for guards and templates. */
export function ownerKey(owner: OwnerPlan, row: string, key: KeyPlan): string {
  switch (owner.by) {
    case "column":
      return `${column(owner.column, row)}`;
    case "polymorphic":
      // In parentheses: the condition of a PL/pgSQL IF ends at the first bare THEN.
      return `(case when ${column(owner.type, row)} = ${literal(owner.value)} then ${column(owner.id, row)} end)`;
    case "sql":
      return `(select (${owner.expression.trim()}) from (select ${row}.*) t)`;
    case "match":
      return matchOwner(owner, row);
    case "referenced_by":
      return `null::${key.type}`;
    case "via": {
      const arm = owner.arms[0];
      if (arm === undefined) return `null::${key.type}`;
      const above = aliasAbove(row);
      const join = owner.columns
        .map((name, index) => `${column(owner.references[index] ?? name, above)} = ${column(name, row)}`)
        .join(" and ");
      return `(select ${ownerKey(arm.owner, above, key)} from ${table(owner.parent)} ${above} where ${join})`;
    }
  }
}

/** One for each level: within the parent of a parent, `p` would be that one, and no longer the row that asks for it. */
function aliasAbove(row: string): string {
  const level = /^p(\d*)$/.exec(row);
  return level === null ? "p" : `p${Number(level[1] || 1) + 1}`;
}

/**
 * An owner's value as a key. A column of another type than the key may hold something that is no key at all: that is
 * nobody's row.
 */
export function asKey(plan: Pick<Plan, "key">, owner: OwnerPlan, value: string): string {
  const cast = owner.by === "column" || owner.by === "polymorphic" ? owner.cast : null;
  if (cast !== null) return `lethe.as_key((${value})::text)`;
  // Of a wider type, perhaps.
  return ["smallint", "integer"].includes(plan.key.type) ? `lethe.as_key(${value})` : value;
}

/** Every option that the rows' owner asks for, parents' included. */
export function optionsOf(rows: OwnedRows): OptionTest[] {
  const own = rows.option === null ? [] : [rows.option];
  return rows.owner.by === "via" ? [...own, ...rows.owner.arms.flatMap(optionsOf)] : own;
}
