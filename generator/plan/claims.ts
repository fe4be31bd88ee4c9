/** Whose rows a table's are by rules with an owner, for those rules of it that have none. */
import type { AnnotationPath, Rule } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { type Decision, type PlanContext, Unresolved } from "./context.ts";
import type { OwnedRows } from "./model.ts";
import { effective, rulesOf, widest } from "./owner.ts";
import { claimsRows } from "./rows-under.ts";

/** The rules that make rows of the table somebody's; what can't be resolved has been reported with its rule. */
export function claimsOn(
  context: PlanContext,
  table: Table,
  rowsOf: (rule: Rule, path: AnnotationPath) => OwnedRows,
): OwnedRows[] {
  const decision = context.decisions.get(table.name);
  if (decision === undefined) return [];
  const { strategies } = context.annotation.lifecycle;
  const claims = rulesOf(decision).flatMap(({ rule, path }) => {
    if (!claimsRows(rule, strategies) || effective(rule).owner?.by === "referenced_by") return [];
    try {
      // Whose it is no option of a request decides.
      return [{ ...rowsOf(effective(rule), path), option: null }];
    } catch (error) {
      if (error instanceof Unresolved) return [];
      throw error;
    }
  });
  return widest(claims);
}

export function ghostKeys(context: PlanContext, { annotation }: Decision): (string | number)[] {
  const keys = Object.values(context.annotation.ghosts).map((ghost) =>
    annotation.class === "subject" ? ghost[annotation.key] : undefined,
  );
  return keys.filter((key) => typeof key === "string" || typeof key === "number");
}
