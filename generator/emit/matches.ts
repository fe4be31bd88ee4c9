/** Functions that yield the values by which rows of other tables are found, e.g. a person's verified address. */
import type { MatchedValue, Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function matches(plan: Plan): DatabaseObject[] {
  return plan.matches.flatMap((each) => [valuesOf(plan, each), ownerOf(plan, each)]);
}

const open = "r.state in ('scheduled', 'executing')";

function valuesOf(plan: Plan, match: MatchedValue): DatabaseObject {
  const kept = `r.preserved #>> array['matches', ${literal(match.name)}]`;
  const live = [
    `select ${column(match.column)}`,
    `from ${table(plan.subject.table)} t`,
    `where ${column(plan.key.column)} = any (subjects)`,
    `  and ${column(match.column)} is not null`,
    `  and (${match.if.trim()})`,
    "  and not exists (",
    "    select from lethe.deletion_request r",
    `    where r.subject_id = ${column(plan.key.column)} and ${open} and r.preserved -> 'matches' ? ${literal(match.name)}`,
    "  )",
  ];
  const original = [
    `select (${kept})::${match.baseType}`,
    "from lethe.deletion_request r",
    `where r.subject_id = any (subjects) and ${open} and ${kept} is not null`,
  ];
  return routine(plan, {
    kind: "function",
    name: match.name,
    parameters: [{ name: "subjects", type: `${plan.key.type}[]` }],
    returns: `${match.baseType}[]`,
    volatility: "stable",
    body: [
      "-- The value at the time of the schedule; the row itself loses it when it is erased.",
      "return array(",
      indent(original.join("\n"), 2),
      "  union all",
      indent(live.join("\n"), 2),
      ");",
    ].join("\n"),
    comment: `Values of ${plan.subject.table.name}.${match.column} that are proved to be the subjects'.`,
  });
}

function ownerOf(plan: Plan, match: MatchedValue): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: `${match.name}_owner`,
    parameters: [{ name: "value", type: "text" }],
    returns: plan.key.type,
    volatility: "stable",
    body: [
      "return (",
      `  select ${column(plan.key.column)}`,
      `  from ${table(plan.subject.table)} t`,
      `  where ${column(match.column)} = value::${match.baseType} and (${match.if.trim()})`,
      "  limit 1",
      ");",
    ].join("\n"),
    comment: `Whose ${match.column} a value is proved to be; null when nobody's.`,
  });
}
