/** annotation + catalog → the record of processing. Pure and offline: the same two files give the same record. */
import type { Annotation } from "../annotation/model.ts";
import { indexCatalog } from "../catalog/lookup.ts";
import type { Catalog } from "../catalog/model.ts";
import type { Decision, PlanContext } from "../plan/context.ts";
import { resolveDecisions } from "../plan/decisions.ts";
import { type Declared, declaredRules } from "../plan/lints/support/declared.ts";
import { markColumns } from "../plan/marks.ts";
import type { OwnerPlan, Plan } from "../plan/model.ts";
import { rulesOf } from "../plan/owner.ts";
import { columnsOf, effectsOf } from "./columns.ts";
import { coverageOf } from "./coverage.ts";
import type { Register, RegisteredTable } from "./model.ts";
import { recipientsOf } from "./recipients.ts";
import { ruleInWords, subjectInWords, whenInWords } from "./rules.ts";

/** `plan` is that of the same annotation and catalog: what happens is read from what will be emitted. */
export function registerOf(annotation: Annotation, catalog: Catalog, plan: Plan): Register {
  const context: PlanContext = {
    annotation,
    catalog: indexCatalog(catalog),
    decisions: new Map(),
    findings: [],
  };
  resolveDecisions(context);
  const declared = declaredRules({ ...plan }, context);
  const decisions = [...context.decisions.values()].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
  const tables = decisions.flatMap((decision) => registered(plan, decision, declared));
  return {
    version: 1,
    subject: { table: plan.subject.table.name, key: plan.key.column },
    lifecycle: {
      strategies: plan.lifecycle.strategies,
      gracePeriod: plan.lifecycle.gracePeriod,
      cancelCooldown: plan.lifecycle.cancelCooldown,
      options: Object.keys(annotation.options).sort(),
    },
    coverage: coverageOf(catalog.tables, context.decisions),
    recipients: recipientsOf(plan),
    steps: plan.steps.map((step) => ({ step: step.name, when: whenInWords(plan, step), why: step.why })),
    tables,
    untouched: decisions.flatMap(({ table, annotation: said }) =>
      said.class === "unrelated" || said.class === "keep"
        ? [{ table: table.name, class: said.class, reason: said.reason }]
        : [],
    ),
    open: catalog.tables.flatMap((table): Register["open"] => {
      const said = context.decisions.get(table.name)?.annotation;
      if (said === undefined)
        return table.partitionOf === null ? [{ table: table.name, question: null }] : [];
      return said.class === "todo" ? [{ table: table.name, question: said.question }] : [];
    }),
  };
}

function registered(plan: Plan, decision: Decision, declared: Declared[]): RegisteredTable[] {
  const { annotation, table } = decision;
  if (annotation.class === "subject") {
    const { marks } = plan.subject;
    const rules = [subjectInWords(plan)];
    const columns = columnsOf(decision, markColumns(marks), []);
    return [{ table: table.name, class: "subject", rules, columns, effects: effectsOf(decision) }];
  }
  if (annotation.class !== "table") return [];
  const own = declared.filter((each) => each.table.name === table.name);
  const outer = new Map(rulesOf(decision).map(({ rule, path }) => [JSON.stringify(path), rule]));
  const rules = own.map((each) => ruleInWords(plan, each, outer.get(JSON.stringify(each.path)) ?? each.rule));
  const classes = [...new Set(rules.map((rule) => rule.class))].join(", ");
  const columns = columnsOf(
    decision,
    [],
    own.flatMap((each) => ownerColumns(each.rows.owner)),
  );
  return [{ table: table.name, class: classes, rules, columns, effects: effectsOf(decision) }];
}

function ownerColumns(owner: OwnerPlan): string[] {
  if (owner.by === "column") return [owner.column];
  return owner.by === "polymorphic" ? [owner.type, owner.id] : [];
}
