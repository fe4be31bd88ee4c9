/** What a person is shown of themselves: one query a table, one branch a way in which rows are theirs. Looking only. */
import type { ExportArm, ExportPlan } from "../plan/exports.ts";
import type { PersonTable, Plan } from "../plan/model.ts";
import type { ExportedColumn } from "../plan/shown-columns.ts";
import { literal } from "../quote.ts";
import { keptColumn } from "./kept.ts";
import { allOf } from "./operation.ts";
import { ownedBy, type Subjects } from "./owner.ts";
import { remainingRows } from "./remaining.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function exporting(plan: Plan): DatabaseObject[] {
  return [collectExport(plan), remainingRows(plan)];
}

const one: Subjects = () => "array[subject]";

/** jsonb_build_object() takes 100 arguments. */
const COLUMNS_AT_ONCE = 50;

function collectExport(plan: Plan): DatabaseObject {
  const queries = plan.exports.map((each) => tableQuery(plan, each));
  return routine(plan, {
    kind: "function",
    name: "collect_export",
    parameters: [{ name: "subject", type: plan.key.type }],
    returns: "table (table_name text, rows jsonb)",
    volatility: "stable",
    declare: needsKept(plan) ? KEPT : [],
    body: queries.join("\n\n"),
    comment:
      "What the annotation says is a subject's, table by table, never a secret. lethe.export_subject() asks who wants to know.",
  });
}

/** While a deletion is scheduled, part of what is theirs lies in the request. */
const KEPT = [
  "kept constant jsonb := (",
  "  select r.preserved",
  "  from lethe.deletion_request r",
  "  where r.subject_id = subject and r.state = 'scheduled'",
  ");",
];

function needsKept(plan: Plan): boolean {
  return (
    plan.suspensions.length > 0 ||
    [plan.subject, ...plan.parts].some((person) =>
      person.preserve.some((each) => isTakenOff(person, each.column)),
    )
  );
}

/** Changed when a deletion is scheduled, and put back if the person returns. */
function isTakenOff({ atSchedule, preserve }: PersonTable, name: string): boolean {
  return atSchedule.some((each) => each.column === name) && preserve.some((each) => each.column === name);
}

function tableQuery(plan: Plan, each: ExportPlan): string {
  const selects = each.arms.map((arm, index) => armQuery(plan, each, arm, each.arms.slice(0, index)));
  const aside = plan.suspensions.find((suspension) => suspension.table.name === each.table.name);
  const [first] = each.arms;
  if (aside !== undefined && first !== undefined) {
    const kept = `jsonb_populate_recordset(null::${table(each.table)}, kept #> array['rows', ${literal(each.table.name)}])`;
    selects.push(
      `-- moved aside until the deletion is executed or cancelled\n${select(plan, each, first)}\nfrom ${kept} t`,
    );
  }
  const order =
    each.order.length === 0 ? "x.shown" : each.order.map((_, index) => `x.key_${index + 1}`).join(", ");
  return [
    "return query",
    `select ${literal(each.table.name)}, jsonb_agg(x.shown order by ${order})`,
    "from (",
    indent(selects.join("\nunion all\n"), 2),
    ") x",
    "having count(*) > 0;",
  ].join("\n");
}

/** Rows that an earlier branch shows aren't shown again. */
function armQuery(plan: Plan, each: ExportPlan, arm: ExportArm, earlier: ExportArm[]): string {
  const conditions = ownedBy(arm.rows, one);
  const shown = earlier.map((other) => `(${ownedBy(other.rows, one).join("\n  and ")}) is not true`);
  return `${select(plan, each, arm)}\nfrom ${table(each.table)} t\nwhere ${allOf([...conditions, ...shown])}`;
}

function select(plan: Plan, each: ExportPlan, arm: ExportArm): string {
  const keys = each.order.map((name, index) => `,\n       ${column(name)} as key_${index + 1}`).join("");
  return `select ${shown(plan, each, arm)} as shown${keys}`;
}

function shown(plan: Plan, each: ExportPlan, arm: ExportArm): string {
  const pairs = arm.columns.map(
    (shownColumn) => `${literal(shownColumn.column)}, ${value(plan, each, shownColumn)}`,
  );
  const objects: string[] = [];
  for (let at = 0; at < Math.max(pairs.length, 1); at += COLUMNS_AT_ONCE) {
    const part = pairs.slice(at, at + COLUMNS_AT_ONCE);
    objects.push(part.length === 0 ? "'{}'::jsonb" : `jsonb_build_object(\n  ${part.join(",\n  ")}\n)`);
  }
  return objects.join(" || ");
}

function value(plan: Plan, each: ExportPlan, exported: ExportedColumn): string {
  const name = column(exported.column);
  switch (exported.show) {
    case "value":
      return original(plan, each, exported.column);
    case "key":
      return `case when ${isSubject(exported.column, exported.cast)} then ${name} end`;
    case "polymorphic_key": {
      const names = `${column(exported.type)} = ${literal(exported.value)}`;
      return `case when (${names}) is not true or ${isSubject(exported.column, exported.cast)} then ${name} end`;
    }
    case "copy": {
      const of = `select ${column(exported.of, "s")} from ${table(plan.subject.table)} s where ${column(plan.key.column, "s")} = subject`;
      return `case when ${name} = (${of}) then ${name} end`;
    }
  }
}

/** What was taken off a row of the person is shown as it was. */
function original(plan: Plan, each: ExportPlan, name: string): string {
  const person = [plan.subject, ...plan.parts].find((own) => own.table.name === each.table.name);
  if (person === undefined || !isTakenOff(person, name)) return column(name);
  return `coalesce(${keptColumn(plan, person, name)}, to_jsonb(${column(name)}))`;
}

function isSubject(name: string, cast: string | null): string {
  return ownedBy(
    { owner: { by: "column", column: name, cast }, where: null, option: null },
    one,
  )[0] as string;
}
