/** Values by which rows of other tables are found, e.g. a person's verified address: how they are kept, and whose they are. */

import { matchInWords } from "../plan/match.ts";
import type { MatchedValue, MatchOwner, Plan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function matches(plan: Plan): DatabaseObject[] {
  return plan.matches.flatMap((each) => [valuesOf(plan, each), ownerOf(plan, each)]);
}

/** Rows that hold one of the values of the subjects `keys`. */
export function matched(
  { column: name, cast, operatorSchema, and, value }: MatchOwner,
  keys: string,
): string {
  const equals = operatorSchema === null ? "=" : `operator(${ident(operatorSchema)}.=)`;
  const values = `lethe.${value.name}(${keys})`;
  if (and.length === 0)
    return `${column(name)} ${equals} any (${cast === null ? values : `(${values})::${cast}[]`})`;
  const same = (own: string, how: string, theirs: string, to: string | null) =>
    `${column(own)} ${how} ${column(theirs, "m")}${to === null ? "" : `::${to}`}`;
  const conditions = [
    same(name, equals, "value", cast),
    ...and.map((each, index) => same(each.column, "=", `and_${index + 1}`, each.cast)),
  ];
  // An array first: it is looked up in the column's index, whatever the planner thinks of the join.
  const found = `array(select m.value from ${values} m)${cast === null ? "" : `::${cast}[]`}`;
  return `${column(name)} ${equals} any (${cast === null ? found : `(${found})`})\n  and exists (\n    select from ${values} m\n    where ${conditions.join("\n      and ")}\n  )`;
}

/** Whose value a row holds. */
export function matchOwner({ column: name, and, value }: MatchOwner, row: string): string {
  const held = [name, ...and.map((each) => each.column)].map((each) => `${column(each, row)}::text`);
  return `lethe.${value.name}_owner(${held.join(", ")})`;
}

/** The pair of JSON that a request keeps; null where the value isn't proved to be the person's. */
export function keptMatch(match: MatchedValue): string {
  const kept =
    match.and.length === 0
      ? valueSql(match)
      : `jsonb_build_object('value', ${valueSql(match)}${match.and.map((each, index) => `, 'and_${index + 1}', ${column(each.column)}`).join("")})`;
  return `${literal(match.name)}, case when ${match.if.trim()} then ${kept} end`;
}

function valueSql({ of }: MatchedValue): string {
  return "column" in of ? column(of.column) : `(${of.sql.trim()})`;
}

const open = "r.state in ('scheduled', 'executing')";

function valuesOf(plan: Plan, match: MatchedValue): DatabaseObject {
  const alone = match.and.length === 0;
  // By number in plain SQL, where a column of that name would win over a parameter.
  const subjects = alone ? "subjects" : "$1";
  const path = `array['matches', ${literal(match.name)}${alone ? "" : ", 'value'"}]`;
  const kept = `r.preserved #>> ${path}`;
  const others = match.and.map(
    (each, index) =>
      `(r.preserved #>> array['matches', ${literal(match.name)}, 'and_${index + 1}'])::${each.baseType}`,
  );
  const value = "column" in match.of ? valueSql(match) : `${valueSql(match)}::${match.baseType}`;
  const live = [
    `select ${[value, ...match.and.map((each) => column(each.column))].join(", ")}`,
    `from ${table(plan.subject.table)} t`,
    `where ${column(plan.key.column)} = any (${subjects})`,
    `  and ${valueSql(match)} is not null`,
    `  and (${match.if.trim()})`,
    "  and not (",
    "    select exists (",
    "      select from lethe.deletion_request r",
    `      where r.subject_id = ${column(plan.key.column)} and ${open} and r.preserved -> 'matches' ? ${literal(match.name)}`,
    "    )",
    "  )",
  ];
  const original = [
    `select ${[`(${kept})::${match.baseType}`, ...others].join(", ")}`,
    "from lethe.deletion_request r",
    `where r.subject_id = any (${subjects}) and ${open} and ${kept} is not null`,
  ];
  const rows = `${original.join("\n")}\nunion all\n${live.join("\n")}`;
  const types = match.and.map((each, index) => `and_${index + 1} ${each.baseType}`);
  return routine(plan, {
    kind: "function",
    name: match.name,
    parameters: [{ name: "subjects", type: `${plan.key.type}[]` }],
    volatility: "stable",
    ...(alone
      ? { returns: `${match.baseType}[]` }
      : { returns: `table (${[`value ${match.baseType}`, ...types].join(", ")})`, language: "sql" as const }),
    body: [
      "-- The value at the time of the schedule; the row itself loses it when it is erased.",
      ...(alone ? ["return array(", indent(rows, 2), ");"] : [`${rows};`]),
    ].join("\n"),
    comment: `Values of ${plan.subject.table.name}.${matchInWords(match)} that are proved to be the subjects'.`,
  });
}

function ownerOf(plan: Plan, match: MatchedValue): DatabaseObject {
  const more = match.and.map((each, index) => ({ ...each, name: `and_${index + 1}` }));
  const value = "column" in match.of ? `value::${match.baseType}` : "value";
  const conditions = [
    `${valueSql(match)} = ${value}`,
    ...more.map((each) => `${column(each.column)} = ${each.name}::${each.baseType}`),
    `(${match.if.trim()})`,
  ];
  return routine(plan, {
    kind: "function",
    name: `${match.name}_owner`,
    parameters: ["value", ...more.map((each) => each.name)].map((name) => ({ name, type: "text" })),
    returns: plan.key.type,
    volatility: "stable",
    body: [
      "return (",
      `  select ${column(plan.key.column)}`,
      `  from ${table(plan.subject.table)} t`,
      `  where ${conditions.join(" and ")}`,
      "  limit 1",
      ");",
    ].join("\n"),
    comment: `Whose ${matchInWords(match)} a value is proved to be; null when nobody's.`,
  });
}
