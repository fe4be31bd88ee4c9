/** L024: a trigger of the application that fires during erasure, and that nobody has said to be fine. */
import type { AnnotationPath } from "../../annotation/model.ts";
import type { Table, Trigger } from "../../catalog/model.ts";
import { type Decision, type PlanContext, report } from "../context.ts";
import { writtenMarks } from "../marks.ts";
import type { Operation, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";
import { decisionOf, objectKey, partitionsOf } from "./support/names.ts";
import { allowedOperations, subjectTable, updates } from "./support/updates.ts";

/** What erasure does to a table. */
interface Work {
  table: Table;
  deletes: boolean;
  updated: Set<string>;
}

export const triggerFires: Lint = (plan, context) => {
  for (const work of workOf(plan, context)) {
    const decision = decisionOf(context, work.table);
    if (decision === undefined) continue;
    for (const { trigger, on } of triggersOf(context, work.table))
      check(context, decision, work, trigger, on);
  }
};

function check(context: PlanContext, decision: Decision, work: Work, trigger: Trigger, on: Table): void {
  const { annotation } = decision;
  if (!trigger.enabled || trigger.timing === "instead of") return;
  if ((annotation.class === "subject" || annotation.class === "table") && annotation.triggers?.[trigger.name])
    return;
  const events = trigger.events.filter((event) => fires(trigger, event, work));
  if (events.length === 0) return;
  const path: AnnotationPath =
    "triggers" in annotation && annotation.triggers !== undefined
      ? [...decision.path, "triggers"]
      : decision.path;
  report(context, {
    code: "L024",
    subject: `${on.name}, trigger ${trigger.name}`,
    message: `the trigger fires during erasure (${trigger.timing} ${events.join(" or ")}) and calls ${trigger.function}, which may copy, keep or refuse what is to go`,
    remedy: `read the function, then write triggers: { ${objectKey(trigger.name)}: ack("what it does, and why that is fine") }`,
    path,
  });
}

function fires(trigger: Trigger, event: Trigger["events"][number], work: Work): boolean {
  if (event === "delete") return work.deletes;
  if (event !== "update" || work.updated.size === 0) return false;
  return trigger.updateOf.length === 0 || trigger.updateOf.some((column) => work.updated.has(column));
}

/** A partition may have row triggers beside those that it got from its parent. */
function triggersOf(context: PlanContext, table: Table): { trigger: Trigger; on: Table }[] {
  const own = table.triggers.map((trigger) => ({ trigger, on: table }));
  const inherited = new Set(table.triggers.map((trigger) => trigger.name));
  const more = partitionsOf(context, table).flatMap((on) =>
    on.triggers
      .filter((trigger) => trigger.level === "row" && !inherited.has(trigger.name))
      .map((trigger) => ({ trigger, on })),
  );
  return [...own, ...more];
}

function workOf(plan: Plan, context: PlanContext): Work[] {
  const works = new Map<Table, Work>();
  const on = (table: Table): Work => {
    const known = works.get(table) ?? { table, deletes: false, updated: new Set<string>() };
    works.set(table, known);
    return known;
  };
  const subject = on(subjectTable(plan, context));
  subject.deletes = plan.lifecycle.strategies.includes("hard_delete");
  for (const name of writtenMarks(plan.subject.marks)) subject.updated.add(name);
  for (const update of updates(plan, context)) {
    const { updated } = on(update.table);
    for (const name of [...update.detach, ...update.changes.map((change) => change.column)])
      updated.add(name);
    if (update.operation?.reassign) updated.add(update.operation.reassign.column);
  }
  for (const { operation } of allowedOperations(plan)) {
    const table = context.catalog.table(operation.table.name);
    if (table !== undefined && removes(operation)) on(table).deletes = true;
  }
  for (const rule of declaredRules(plan, context)) {
    // Purged when their time is over.
    if (rule.rule.class === "retain") on(rule.table).deletes = true;
    const cascades = plan.lifecycle.strategies.some((strategy) => rule.action[strategy] === "cascade");
    if (cascades) on(rule.table).deletes = true;
  }
  return [...works.values()];
}

function removes({ action, reassign }: Operation): boolean {
  return action === "delete" || reassign?.orElse === "delete" || reassign?.onConflict === "delete";
}
