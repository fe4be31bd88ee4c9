/** What the annotation says of each rule's rows, kept ones included: the plan holds only what has a statement. */
import type { AnnotationPath, Rule, Strategy } from "../../../annotation/model.ts";
import type { ForeignKey, Table } from "../../../catalog/model.ts";
import { type Decision, type PlanContext, Unresolved } from "../../context.ts";
import type { OptionTest, OwnedRows, Plan } from "../../model.ts";
import { effective, ownedRows, rulesOf } from "../../owner.ts";
import { isOrphaned } from "../../referenced-by.ts";

export type RowsAction = "delete" | "transform" | "detach" | "reassign" | "keep" | "cascade";

export interface Declared {
  decision: Decision;
  table: Table;
  /** A blocker's `otherwise` in place of the blocker. */
  rule: Rule;
  path: AnnotationPath;
  rows: OwnedRows;
  action: Record<Strategy, RowsAction>;
}

/** Several lints ask, and at 500 tables the answer takes a while. */
const known = new WeakMap<Plan, Declared[]>();

export function declaredRules(plan: Plan, context: PlanContext): Declared[] {
  const found = known.get(plan) ?? declare(plan, context);
  known.set(plan, found);
  return found;
}

function declare(plan: Plan, context: PlanContext): Declared[] {
  // What can't be resolved has been reported while planning; said twice it would only be longer.
  const quiet = { ...context, findings: [] };
  const subject = context.decisions.get(plan.subject.table.name);
  if (subject === undefined) return [];
  const planned = {
    anonymize: actionsByPlace(plan, "anonymize"),
    hard_delete: actionsByPlace(plan, "hard_delete"),
    soft_delete: actionsByPlace(plan, "soft_delete"),
  };
  return [...context.decisions.values()]
    .filter((decision) => decision.annotation.class === "table")
    .flatMap((decision) =>
      rulesOf(decision).flatMap(({ rule: outer, path }) => {
        const rule = effective(outer);
        try {
          const rows = ownedRows(quiet, subject, plan.key, decision.table, rule, path, "any");
          const action = {
            anonymize: actionOf(planned, "anonymize", rule, path),
            hard_delete: actionOf(planned, "hard_delete", rule, path),
            soft_delete: actionOf(planned, "soft_delete", rule, path),
          };
          return [{ decision, table: decision.table, rule, path, rows, action }];
        } catch (error) {
          if (error instanceof Unresolved) return [];
          throw error;
        }
      }),
    );
}

type Planned = Record<Strategy, Map<string, RowsAction>>;

function actionsByPlace(plan: Plan, strategy: Strategy): Map<string, RowsAction> {
  return new Map(plan.operations[strategy].map((each) => [JSON.stringify(each.path), each.action]));
}

function actionOf(planned: Planned, strategy: Strategy, rule: Rule, path: AnnotationPath): RowsAction {
  const action = planned[strategy].get(JSON.stringify(path));
  if (action !== undefined) return action;
  if (rule.class !== "content" || strategy === "soft_delete" || rule.rows === undefined) return "keep";
  const rows = typeof rule.rows === "object" && !("action" in rule.rows) ? rule.rows[strategy] : rule.rows;
  return rows === "cascade" ? "cascade" : "keep";
}

/** Rows of a table that a strategy removes. */
export interface Removal {
  strategy: Strategy;
  table: Table;
  /** The rule that removes them; null for the subject's own row. */
  by: Declared | null;
  /** A cascade that is said to be meant takes them, whosever they are: rules for the person's rows aren't about them. */
  anybodys?: boolean;
}

export function removals(plan: Plan, context: PlanContext, rules: Declared[]): Removal[] {
  return plan.lifecycle.strategies.flatMap((strategy) => {
    const removed: Removal[] = rules
      .filter((rule) => rule.action[strategy] === "delete" || rule.action[strategy] === "cascade")
      // Rows that nothing points at any more take nothing along, and nothing holds them.
      .filter((rule) => !isOrphaned(rule.rows))
      .map((by) => ({ strategy, table: by.table, by }));
    const subject = context.catalog.table(plan.subject.table.name);
    if (strategy === "hard_delete" && subject !== undefined)
      removed.push({ strategy, table: subject, by: null });
    return removed;
  });
}

/** The rules that name the rows which a foreign key ties to removed ones. */
export function rulesFor(rules: Declared[], child: Table, fk: ForeignKey, removal: Removal): Declared[] {
  if (removal.anybodys) return [];
  return rules.filter((each) => {
    if (each.table !== child) return false;
    const { owner } = each.rows;
    // Whose rows an expression names can't be told from here; it gets the benefit of the doubt where it acts.
    if (owner.by === "sql") return !["keep", "transform"].includes(each.action[removal.strategy]);
    if (removal.by === null && owner.by === "column") return fk.columns.includes(owner.column);
    // A part's key is the person's: who refers to it names the person.
    if (removal.by?.rule.class === "part" && owner.by === "column" && fk.columns.includes(owner.column)) {
      const part = removal.by.rows.owner;
      return part.by === "column" && fk.references.columns.includes(part.column);
    }
    return (
      owner.by === "via" &&
      owner.parent.name === removal.table.name &&
      owner.columns.some((column) => fk.columns.includes(column))
    );
  });
}

/** Whether the rules hold for every request for which the removal does. */
export function coverOptions(rules: Declared[], needed: OptionTest | null): boolean {
  const options = rules.map((rule) => rule.rows.option);
  return options.some(
    (option) =>
      option === null ||
      (needed !== null && option.option === needed.option && option.is === needed.is) ||
      options.some((other) => other !== null && other.option === option.option && other.is !== option.is),
  );
}
