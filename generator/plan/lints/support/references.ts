/** Every foreign key that leads to rows which a strategy removes, with the rules that name its rows. */
import type { ForeignKey, Table } from "../../../catalog/model.ts";
import type { Decision, PlanContext } from "../../context.ts";
import type { Plan } from "../../model.ts";
import { type Declared, declaredRules, type Removal, removals, rulesFor } from "./declared.ts";
import { decisionOf, rootOf } from "./names.ts";

export interface ReachedReference {
  removal: Removal;
  /** The table that refers, or the one it is a partition of. */
  child: Table;
  fk: ForeignKey;
  decision: Decision;
  /** Rules of the child that name the rows behind the foreign key. */
  rules: Declared[];
}

/** References of undecided tables are left out: that they are undecided comes first. */
export function reachedReferences(plan: Plan, context: PlanContext): ReachedReference[] {
  const rules = declaredRules(plan, context);
  const found = removals(plan, context, rules);
  const known = new Set(found.map(placeOf));
  const reached: ReachedReference[] = [];
  // Grows on the way: a cascade that is said to be meant removes rows too, and others may point at those.
  for (const removal of found) {
    for (const reference of referencesTo(removal, rules, context)) {
      reached.push(reference);
      const further: Removal = { ...removal, table: reference.child, anybodys: true };
      if (!cascadesUnnamed(reference) || known.has(placeOf(further))) continue;
      known.add(placeOf(further));
      found.push(further);
    }
  }
  return reached;
}

function placeOf({ strategy, table, by, anybodys = false }: Removal): string {
  return JSON.stringify([strategy, table.name, by?.path ?? null, anybodys]);
}

/** The foreign key takes rows that no rule names, and the annotation says that this is meant. */
function cascadesUnnamed(reached: ReachedReference): boolean {
  const { removal, fk, rules } = reached;
  return fk.onDelete === "cascade" && removal.by !== null && rules.length === 0 && isAcknowledged(reached);
}

function referencesTo(removal: Removal, rules: Declared[], context: PlanContext): ReachedReference[] {
  return context.catalog.referencing(removal.table).flatMap(({ table, fk }) => {
    const child = rootOf(context, table);
    const decision = decisionOf(context, child);
    if (decision === undefined || decision.annotation.class === "todo") return [];
    // An owner that can't be resolved has been reported; what would follow from it is only noise.
    const resolved = rules.filter((rule) => rule.decision === decision).length;
    if (decision.annotation.class === "table" && resolved < decision.annotation.rules.length) return [];
    return [{ removal, child, fk, decision, rules: rulesFor(rules, child, fk, removal) }];
  });
}

export function blocks(fk: ForeignKey): boolean {
  return fk.onDelete === "no action" || fk.onDelete === "restrict";
}

export function columnsOf(fk: ForeignKey): string {
  return fk.columns.join(", ");
}

/** A `keep("reason")` on a referring column says that what the foreign key does is known and meant. */
export function isAcknowledged({ decision, fk }: ReachedReference): boolean {
  if (decision.annotation.class !== "table" && decision.annotation.class !== "subject") return false;
  const records =
    decision.annotation.class === "subject"
      ? [decision.annotation.columns]
      : [decision.annotation.columns, ...decision.annotation.rules.map((rule) => rule.columns)];
  return records.some((columns) =>
    fk.columns.some((column) => {
      const rule = columns?.[column];
      return rule?.action === "keep" && rule.reason !== undefined;
    }),
  );
}
