/**
 * Values of people's own rows that a request keeps for the grace period, and how they come back: the subject's under
 * `columns`, those of a part under `parts` and the name of its table.
 */
import type { PersonTable, Plan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { assignments } from "./operation.ts";
import { ownedBy } from "./owner.ts";
import { column, indent, table } from "./text.ts";

/** The preserved columns of the row `t` as one JSON value. */
export function keptColumns({ preserve }: PersonTable): string {
  const pairs = preserve.map((each) => `${literal(each.column)}, ${column(each.column)}`);
  return `jsonb_build_object(${pairs.join(", ")})`;
}

/** The pair that keeps what is to be restored in parts; none where nothing is. */
export function keptParts(plan: Plan): string[] {
  const parts = plan.parts.filter((part) => part.preserve.length > 0);
  if (parts.length === 0) return [];
  const pairs = parts.map(
    (part) =>
      `${literal(part.table.name)}, (\n${indent(`select ${keptColumns(part)}\nfrom ${table(part.table)} t\nwhere ${ownedBy(part.rows, () => "array[subject]").join("\n  and ")}`, 2)}\n)`,
  );
  return [`'parts', jsonb_build_object(\n${indent(pairs.join(",\n"), 4)}\n  )`];
}

/** What a request keeps of a table, as SQL: a JSON object, empty where there was no such row. */
function place(plan: Plan, person: PersonTable): string {
  if (person === plan.subject) return "kept -> 'columns'";
  return `coalesce(nullif(kept #> array['parts', ${literal(person.table.name)}], 'null'), '{}')`;
}

export function keptColumn(plan: Plan, person: PersonTable, name: string): string {
  const path = person === plan.subject ? ["'columns'"] : ["'parts'", literal(person.table.name)];
  return `kept #> array[${[...path, literal(name)].join(", ")}]`;
}

/** A column that an older annotation didn't keep stays as it is. */
export function restored(plan: Plan, person: PersonTable): string[] {
  return person.preserve.map(
    ({ column: name }) =>
      `${ident(name)} = case when (${place(plan, person)}) ? ${literal(name)} then original.${ident(name)} else ${column(name)} end`,
  );
}

/** Not as a row of the table: the columns that aren't there would be NULL, which their domains may refuse. */
export function original(plan: Plan, person: PersonTable): string {
  const columns = person.preserve.map((each) => `${ident(each.column)} ${each.type}`);
  return columns.length === 0
    ? ""
    : `\nfrom jsonb_to_record(${place(plan, person)}) as original (${columns.join(", ")})`;
}

export function restorePart(plan: Plan, part: PersonTable): string[] {
  if (part.preserve.length === 0) return [];
  const owned = ownedBy(part.rows, () => "array[subject]").join("\n  and ");
  return [
    `-- ${part.table.name}: what was kept of it`,
    `update ${table(part.table)} t`,
    `set ${assignments(restored(plan, part))}${original(plan, part)}`,
    `where ${owned};`,
  ];
}
