/** L018: a CHECK, of the table or of a domain, that the new values fail. */
import type { Check, Column } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import { markAs } from "../marks.ts";
import type { ColumnChange, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { judge } from "./support/check-expression.ts";
import { familyOf } from "./support/types.ts";
import { type Update, updates } from "./support/updates.ts";
import type { Known, Scalar } from "./support/values.ts";

const SAMPLE_KEYS: Record<string, string> = { uuid: "00000000-0000-4000-8000-000000000000" };

export const checkForbids: Lint = (plan, context) => {
  for (const update of updates(plan, context)) {
    for (const check of update.table.checks) checkTable(plan, context, update, check);
    for (const change of update.changes) checkDomain(plan, context, update, change);
  }
};

function checkTable(plan: Plan, context: PlanContext, update: Update, check: Check): void {
  const changed = [...update.detach, ...update.changes.map((change) => change.column)];
  const first = check.columns.find((column) => changed.includes(column));
  if (first === undefined) return;
  const verdict = judge(check.expression, (name) =>
    newValue(plan, context, update, name, check.columns.length === 1),
  );
  const detached = update.detach.includes(first);
  const path = detached ? update.path : update.pathOf(first);
  if (verdict === "fails") {
    report(context, {
      code: "L018",
      subject: `${update.table.name}.${first}`,
      message: `the CHECK ${check.name} forbids ${detached ? "the detached row" : "the new value"}: ${check.expression}`,
      remedy: detached
        ? 'write rows: "delete" or reassign("…"), or alter the CHECK'
        : "write a value that it allows, or alter the CHECK",
      path,
    });
  }
  if (verdict === "unknown" && isTelling(update, first)) {
    report(context, {
      code: "L018",
      level: "warning",
      subject: `${update.table.name}.${first}`,
      message: `the CHECK ${check.name} mentions the column, and whether the new value passes can't be told from here`,
      remedy: `make sure that it does: ${check.expression}`,
      path,
    });
  }
}

function checkDomain(plan: Plan, context: PlanContext, update: Update, change: ColumnChange): void {
  const column = context.catalog.column(update.table, change.column);
  for (const expression of column?.domain?.checks ?? []) {
    const known = newValue(plan, context, update, change.column, true);
    const verdict = judge(expression, (name) =>
      name.toLowerCase() === "value" ? known : { known: false, notNull: false },
    );
    if (verdict === "passes" || (verdict === "unknown" && !isTelling(update, change.column))) continue;
    report(context, {
      code: "L018",
      level: verdict === "fails" ? "error" : "warning",
      subject: `${update.table.name}.${change.column}`,
      message:
        verdict === "fails"
          ? `the domain ${column?.domain?.name} forbids the new value: ${expression}`
          : `the domain ${column?.domain?.name} has a CHECK, and whether the new value passes can't be told from here`,
      remedy:
        verdict === "fails"
          ? "write a value that it allows, or alter the domain"
          : `make sure that it does: ${expression}`,
      path: update.pathOf(change.column),
    });
  }
}

/** Only where the new value is plain to see is a CHECK that can't be judged worth a warning. */
function isTelling(update: Update, name: string): boolean {
  if (update.detach.includes(name)) return true;
  const action = update.changes.find((change) => change.column === name)?.transform.action;
  return action !== undefined && ["null", "literal", "email", "template", "empty_array"].includes(action);
}

/**
 * The value that a column has once the row is erased, as far as the plan says. `alone`: no other column has a say, so a
 * value that is written unless something holds must pass wherever it is written.
 */
function newValue(plan: Plan, context: PlanContext, update: Update, name: string, alone: boolean): Known {
  const column = context.catalog.column(update.table, name);
  const notNull = column !== undefined && (column.notNull || (column.domain?.notNull ?? false));
  if (update.detach.includes(name)) return { known: true, value: null };
  const change = update.changes.find((each) => each.column === name);
  if (change === undefined)
    return (update.operation === null ? markAfter(plan, name) : null) ?? { known: false, notNull };
  const value = valueOfChange(plan, context, update, change, column);
  const written = change.unless === null || alone;
  return value === undefined || !written ? { known: false, notNull } : { known: true, value };
}

/** A mark as both the departing and the erased have it, as far as that is one. */
function markAfter({ subject: { marks } }: Plan, name: string): Known | null {
  const [before, after] = [markAs(marks, name, "in grace"), markAs(marks, name, "erased")];
  if (before === null || after === null) return null;
  if (before.known && after.known && before.value === after.value) return after;
  const there = (known: Known) => (known.known ? known.value !== null : known.notNull);
  return { known: false, notNull: there(before) && there(after) };
}

function valueOfChange(
  plan: Plan,
  context: PlanContext,
  update: Update,
  { transform }: ColumnChange,
  column: Column | undefined,
): Scalar | undefined {
  if (transform.action === "null") return null;
  const family = column === undefined ? "other" : familyOf(column.baseType);
  const plain = family === "text" && !/citext$/.test(column?.baseType ?? "");
  const keys = { id: sampleKey(plan.key.type), key: sampleKey(keyType(context, update)) };
  const fill = (template: string) => {
    if ((template.includes("{id}") && keys.id === null) || (template.includes("{key}") && keys.key === null))
      return undefined;
    return template.replaceAll("{id}", keys.id ?? "").replaceAll("{key}", keys.key ?? "");
  };
  if (transform.action === "email" && plain) return fill("deleted_{id}@deleted.invalid");
  if (transform.action === "template" && plain) return fill(transform.template);
  if (transform.action !== "literal") return undefined;
  if (plain || column?.enumLabels) return String(transform.value);
  if (family === "integer" || family === "number") return Number(transform.value);
  return family === "boolean" && typeof transform.value === "boolean" ? transform.value : undefined;
}

function keyType(context: PlanContext, update: Update): string {
  const [key] = context.catalog.primaryKey(update.table) ?? [];
  return context.catalog.column(update.table, key ?? "")?.baseType ?? "";
}

/** A key that looks like all others of its type; null where keys may look like anything. */
function sampleKey(type: string): string | null {
  if (familyOf(type) === "integer") return "12345";
  return SAMPLE_KEYS[type] ?? null;
}
