/** L070: something asked of rows by referencedBy() that only a row with an owner of its own can do. */
import type { TableAnnotation } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { OwnerPlan, Plan } from "../model.ts";
import { rulesOf } from "../owner.ts";
import { isOrphaned } from "../referenced-by.ts";
import type { Lint } from "./index.ts";
import { type Declared, declaredRules } from "./support/declared.ts";
import { allowedOperations } from "./support/updates.ts";

export const orphanedCannot: Lint = (plan, context) => {
  for (const declared of declaredRules(plan, context)) {
    if (isOrphaned(declared.rows)) itself(context, declared);
    else if (below(declared.rows.owner))
      problem(
        context,
        declared,
        "rows are found through a table whose own rows go only once nothing points at them, and these point there",
        `write owner: referencedBy("…") where they are what is pointed at, or give the table an owner of its own; a foreign key with on delete cascade would take them along unsaid`,
      );
  }
  effects(plan, context);
  for (const { operation } of allowedOperations(plan)) {
    if (!isOrphaned(operation.rows)) continue;
    const named = operation.changes.find(
      ({ transform }) =>
        transform.action === "email" ||
        (transform.action === "template" && transform.template.includes("{id}")),
    );
    if (named !== undefined)
      report(context, {
        code: "L070",
        subject: `${operation.table.name}.${named.column}`,
        message: "{id} is the key of a person, and such a row may have been several people's",
        remedy: "write {key}, the row's own",
        path: operation.path,
      });
  }
};

/** Whether the row goes is only known when everything else has gone; an effect is written down before. */
function effects(plan: Plan, context: PlanContext): void {
  for (const effect of plan.effects)
    for (const { table, arms } of effect.sources) {
      if (!arms?.some(({ rows }) => isOrphaned(rows))) continue;
      report(context, {
        code: "L070",
        subject: table.name,
        message: `the effect ${effect.name} would be written down before it is known whether the row goes: what is outside might be somebody else's still`,
        remedy: `feed ${effect.name} from a table that has an owner, or delete what is outside by a job of your own`,
        path: effect.path,
      });
    }
}

function itself(context: PlanContext, declared: Declared): void {
  const { decision, path } = declared;
  const outer = rulesOf(decision).find((each) => JSON.stringify(each.path) === JSON.stringify(path))?.rule;
  if (outer !== undefined && outer.class !== "content")
    problem(
      context,
      declared,
      `a rule of class ${outer.class} needs rows that are somebody's, and these may be several people's`,
      'write content({ owner: referencedBy("…"), … })',
    );
  const { view, rls } = decision.annotation as TableAnnotation;
  if (view !== undefined || rls !== undefined)
    problem(
      context,
      declared,
      "such rows can't be hidden with a person: others may still need them",
      "remove view and rls here",
    );
}

function below(owner: OwnerPlan): boolean {
  return owner.by === "via" && owner.arms.some((arm) => isOrphaned(arm) || below(arm.owner));
}

function problem(context: PlanContext, { table, path }: Declared, message: string, remedy: string): void {
  report(context, { code: "L070", subject: table.name, message, remedy, path: [...path, "owner"] });
}
