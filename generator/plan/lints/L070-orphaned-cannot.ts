/** L070: something asked of rows by referencedBy() that only a row with an owner of its own can do. */
import type { TableAnnotation } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import { goesLast } from "../effect-sources.ts";
import type { Operation, OwnerPlan, Plan } from "../model.ts";
import { effective, rulesOf } from "../owner.ts";
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
    retained(context, operation);
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

/** Detached from its person, a row that is kept for a time looks like nobody's. */
function retained(context: PlanContext, { table, path }: Operation): void {
  const decision = context.decisions.get(table.name);
  const keeps =
    decision !== undefined && rulesOf(decision).some(({ rule }) => effective(rule).class === "retain");
  if (!keeps) return;
  report(context, {
    code: "L070",
    subject: table.name,
    message:
      "another rule keeps such rows for a time, and what is kept may not go or change because nothing points at it",
    remedy: 'write rows: { anonymize: "keep", hard_delete: "keep" } here, or take the retain() out',
    path,
  });
}

/** Whether the row goes is only known when everything else has gone: the person's own row too, perhaps. */
function effects(plan: Plan, context: PlanContext): void {
  for (const effect of plan.effects)
    for (const source of effect.sources.filter(goesLast)) {
      const refuse = (message: string, remedy: string) =>
        report(context, { code: "L070", subject: source.table.name, message, remedy, path: effect.path });
      if (effect.at !== "execute")
        refuse(
          `the effect ${effect.name} would be written at ${effect.at}, before it is known whether the row goes: what is outside might be somebody else's still`,
          'leave out at, or write at: "execute"',
        );
      else if (!source.ownRow && (effect.payload.length > 0 || effect.where !== null))
        refuse(
          `the effect ${effect.name} asks for the person's row, and such a row is told of last, when that one is erased`,
          `let payload and where be about the row itself: forEach: ${JSON.stringify(source.table.table)}; or leave them out`,
        );
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
