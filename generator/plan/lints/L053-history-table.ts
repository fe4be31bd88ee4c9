/** L053: a trigger that copies rows into a history or audit table in which nothing is erased. */
import type { Table, Trigger } from "../../catalog/model.ts";
import { type Decision, type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { annotationName, decisionOf, objectKey, rootOf } from "./support/names.ts";
import { erasedTables } from "./support/personal.ts";

export const historyTable: Lint = (plan, context) => {
  const erased = erasedTables(plan, context);
  for (const table of erased.values()) {
    const decision = decisionOf(context, table);
    if (decision === undefined) continue;
    for (const trigger of table.triggers) {
      if (!trigger.enabled || isAcknowledged(decision, trigger)) continue;
      for (const target of targets(context, trigger)) {
        if (target === table || erased.has(target.name)) continue;
        report(context, {
          code: "L053",
          level: "warning",
          subject: `${table.name}, trigger ${trigger.name}`,
          message: `${trigger.function} writes rows into ${target.name} (on ${trigger.events.join(", ")}), where nothing is erased: copies of what is erased here may stay there`,
          remedy: `decide ${JSON.stringify(annotationName(context, target))}, for instance content({ owner: …, rows: "delete" }); or, where it takes nothing personal along, write triggers: { ${objectKey(trigger.name)}: ack("why") }`,
          path: decision.path,
        });
      }
    }
  }
};

function isAcknowledged({ annotation }: Decision, trigger: Trigger): boolean {
  if (annotation.class !== "subject" && annotation.class !== "table") return false;
  return annotation.triggers?.[trigger.name] !== undefined;
}

/** Tables that the function's INSERTs name, found as its search path would find them. */
function targets(context: PlanContext, trigger: Trigger): Set<Table> {
  const home = trigger.function.slice(0, trigger.function.indexOf("."));
  const path = [...new Set([...context.annotation.access.searchPath, home])];
  const found = trigger.writes.flatMap((name) => context.catalog.resolveName(name, path)[0] ?? []);
  return new Set(found.map((table) => rootOf(context, table)));
}
