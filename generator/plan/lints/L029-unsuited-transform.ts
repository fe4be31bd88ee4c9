/** L029: a transform that means nothing for the column's type. */
import type { Column, Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { ColumnChange, Operation, OwnerPlan, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { suggestion } from "./support/suggest.ts";
import { type Family, familyOf } from "./support/types.ts";
import { columnChanges } from "./support/updates.ts";

const NEEDS: Partial<Record<ColumnChange["transform"]["action"], { families: Family[]; what: string }>> = {
  email: { families: ["text"], what: "pii.email() makes a text" },
  template: { families: ["text"], what: "pii.template() makes a text" },
  hash: { families: ["text"], what: "pii.hash() makes a text" },
  json_remove: { families: ["json"], what: "pii.jsonRemove() works on json and jsonb" },
  json_set: { families: ["json"], what: "pii.jsonSet() works on json and jsonb" },
  empty_array: { families: ["array"], what: "pii.emptyArray() works on arrays" },
  remove_element: { families: ["array"], what: "pii.removeElement() works on arrays" },
};

export const unsuitedTransform: Lint = (plan, context) => {
  for (const { table, change, path, operation } of columnChanges(plan, context)) {
    const column = context.catalog.column(table, change.column);
    if (column === undefined) continue;
    const problem =
      unsuited(column, change) ?? keyless(context, table, change) ?? ambiguous(plan, change, operation);
    if (problem === null) continue;
    report(context, {
      code: "L029",
      subject: `${table.name}.${change.column}`,
      message: problem,
      remedy: `write ${suggestion(table, column)}, or what else suits the type`,
      path,
    });
  }
};

function unsuited(column: Column, { transform }: ColumnChange): string | null {
  const family = familyOf(column.baseType);
  const but = `, but the column is of type ${column.type}`;
  if (transform.action === "truncate") {
    if (transform.to === "network")
      return family === "network" ? null : `only inet and cidr have a network${but}`;
    if (family !== "date") return `only dates and timestamps can be cut to a ${transform.to}${but}`;
    const idle = column.baseType === "date" && (transform.to === "day" || transform.to === "hour");
    return idle ? `a date cut to a ${transform.to} stays what it is` : null;
  }
  const needed = NEEDS[transform.action];
  return needed === undefined || needed.families.includes(family) ? null : `${needed.what}${but}`;
}

function keyless(context: PlanContext, table: Table, { transform }: ColumnChange): string | null {
  if (transform.action !== "template" || !transform.template.includes("{key}")) return null;
  const key = context.catalog.primaryKey(table);
  return key?.length === 1
    ? null
    : "{key} stands for the row's primary key, and the table has none of a single column";
}

/** The key of which person? With the other's, the row would name somebody who is still there. */
function ambiguous(
  plan: Plan,
  { column, transform }: ColumnChange,
  operation: Operation | null,
): string | null {
  const named =
    transform.action === "email" || (transform.action === "template" && transform.template.includes("{id}"));
  if (!named || operation === null) return null;
  const owners = plan.lifecycle.strategies
    .flatMap((strategy) => plan.operations[strategy])
    .filter((each) => each.table.name === operation.table.name)
    .filter((each) => each.changes.some((change) => change.column === column))
    .map((each) => each.rows.owner);
  if (distinct(owners) < 2 && !owners.some(throughTwo)) return null;
  return "a row may belong to two people, and {id} can be only one of them: {key} tells rows apart";
}

function throughTwo(owner: OwnerPlan): boolean {
  if (owner.by !== "via") return false;
  const above = owner.arms.map((arm) => arm.owner);
  return distinct(above) > 1 || above.some(throughTwo);
}

function distinct(owners: OwnerPlan[]): number {
  return new Set(owners.map((owner) => JSON.stringify(owner))).size;
}
