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
  return removals(plan, context, rules).flatMap((removal) =>
    context.catalog.referencing(removal.table).flatMap(({ table, fk }) => {
      const child = rootOf(context, table);
      const decision = decisionOf(context, child);
      if (decision === undefined || decision.annotation.class === "todo") return [];
      // An owner that can't be resolved has been reported; what would follow from it is only noise.
      const resolved = rules.filter((rule) => rule.decision === decision).length;
      if (decision.annotation.class === "table" && resolved < decision.annotation.rules.length) return [];
      return [{ removal, child, fk, decision, rules: rulesFor(rules, child, fk, removal) }];
    }),
  );
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
