/**
 * annotation + catalog → plan. Pure: no file, no database, no clock. All findings at once; a plan only without errors.
 */
import { createHash } from "node:crypto";
import type { Annotation, Strategy } from "../annotation/model.ts";
import { indexCatalog } from "../catalog/lookup.ts";
import type { Catalog } from "../catalog/model.ts";
import type { Finding } from "../errors.ts";
import { type Decision, type PlanContext, ref, Unresolved } from "./context.ts";
import { findSubject, resolveDecisions } from "./decisions.ts";
import { planDrift } from "./drift.ts";
import { planEffects } from "./effects.ts";
import { planExports } from "./exports.ts";
import { lints } from "./lints/index.ts";
import { matchedValues } from "./match.ts";
import type {
  BlockerPlan,
  GuardPlan,
  KeyPlan,
  Operation,
  OwnerPlan,
  PersonTable,
  Plan,
  TableRef,
} from "./model.ts";
import { type Operations, planRule } from "./operations.ts";
import { orderTables, sortOperations, withoutSuperfluous } from "./order.ts";
import { ownedRows, rulesOf } from "./owner.ts";
import { planParts } from "./parts.ts";
import { planHiding, planRegister, planSuspensions } from "./protection.ts";
import { isOrphaned, withReleased } from "./referenced-by.ts";
import { planRetentions } from "./retention.ts";
import { planSteps } from "./steps.ts";
import { planGhosts, planKey, planSubject } from "./subject.ts";
import { heldBack } from "./via-subject.ts";
import { applyWaivers } from "./waivers.ts";

const STRATEGIES: Strategy[] = ["anonymize", "hard_delete", "soft_delete"];

export function plan(annotation: Annotation, catalog: Catalog): { plan: Plan | null; findings: Finding[] } {
  const context: PlanContext = {
    annotation,
    catalog: indexCatalog(catalog),
    decisions: new Map(),
    findings: [],
  };
  const made = build(context, hashOf(annotation, catalog));
  if (made !== null) for (const lint of lints) lint(made, context);
  // Of what couldn't be planned, not everything has been found.
  if (made !== null) applyWaivers(context);
  const failed = context.findings.some((finding) => finding.level === "error");
  return { plan: failed ? null : made, findings: context.findings };
}

function build(context: PlanContext, annotationHash: string): Plan | null {
  const { annotation } = context;
  resolveDecisions(context);
  const subject = findSubject(context);
  if (subject === undefined) return null;
  const key = planKey(context, subject);
  if (key === undefined) return null;

  const subjectPlan = planSubject(context, subject);
  const parts = planParts(context, subject, key);
  const collected: Operations = { anonymize: [], hard_delete: [], soft_delete: [] };
  const blockers: BlockerPlan[] = [];
  const guards: GuardPlan[] = [];
  for (const decision of context.decisions.values()) {
    if (decision.annotation.class !== "table") continue;
    const guarded = collect(context, subject, key, decision, collected, blockers);
    if (guarded !== null) guards.push(guarded);
  }

  const all = STRATEGIES.flatMap((strategy) => collected[strategy]);
  const order = orderOf(context, collected, subject.table.name);
  const tables = distinct([...order.first, ...order.last]);
  const operations = Object.fromEntries(
    STRATEGIES.map((strategy) => {
      const sorted = inTurn(withoutSuperfluous(collected[strategy]), order);
      return [strategy, withReleased(sorted, subjectPlan, key.column, strategy)];
    }),
  ) as Operations;
  const effects = planEffects(context, subject, key, operations, subjectPlan);
  const made: Omit<Plan, "drift"> = {
    schema: annotation.schema,
    annotationHash,
    key,
    subject: holdBack(context, subjectPlan, all),
    parts: parts.map(({ part }) => holdBack(context, part, all)),
    lifecycle: annotation.lifecycle,
    options: annotation.options,
    access: annotation.access,
    order: tables,
    operations,
    atSchedule: [
      ...operations.soft_delete.filter((operation) => operation.class === "session"),
      ...parts.flatMap((each) => each.atSchedule),
    ],
    suspensions: planSuspensions(context, subject, key),
    retentions: planRetentions(context, subject, key),
    blockers,
    guards,
    hiding: planHiding(context, subject, key),
    ghosts: planGhosts(context, subject, key),
    steps: planSteps(annotation),
    matches: matchedValues(
      [
        ...all,
        ...blockers,
        ...guards.flatMap((guard) => guard.rows.map((rows) => ({ rows }))),
        ...effects.flatMap((effect) => effect.sources.flatMap((source) => source.arms ?? [])),
      ].map((each) => each.rows),
    ),
    effects,
    crosswise: tables.filter((table) => mayCross(operations, table.name)),
    decided: planRegister(context, subjectPlan),
    exports: planExports(context, subject, key),
  };
  return { ...made, drift: planDrift(made, context) };
}

/**
 * What is erased once nothing points at it comes after everything that did, in an order of its own: a table may have rows
 * of both kinds.
 */
interface Order {
  first: TableRef[];
  last: TableRef[];
}

/** A circle is one only if a strategy that is allowed goes round in it; the others' tables come last. */
function orderOf(context: PlanContext, operations: Operations, subject: string): Order {
  const allowed = context.annotation.lifecycle.strategies.flatMap((strategy) => operations[strategy]);
  const all = STRATEGIES.flatMap((strategy) => operations[strategy]);
  const quiet = { ...context, findings: [] };
  const ordered = (of: (operation: Operation) => boolean) =>
    distinct([
      ...orderTables(context, allowed.filter(of), subject),
      ...orderTables(quiet, all.filter(of), subject),
    ]);
  return { first: ordered((each) => !isOrphaned(each.rows)), last: ordered((each) => isOrphaned(each.rows)) };
}

function inTurn(operations: Operation[], { first, last }: Order): Operation[] {
  return [
    ...sortOperations(
      operations.filter((each) => !isOrphaned(each.rows)),
      first,
    ),
    ...sortOperations(
      operations.filter((each) => isOrphaned(each.rows)),
      last,
    ),
  ];
}

function distinct(tables: TableRef[]): TableRef[] {
  return [...new Map(tables.map((table) => [table.name, table])).values()];
}

function holdBack<T extends PersonTable>(context: PlanContext, person: T, operations: Operation[]): T {
  const table = context.catalog.table(person.table.name);
  return table === undefined ? person : { ...person, heldBack: heldBack(context, table, operations) };
}

/** Adds what one table's rules do; returns the guard that its sign-in rows need, if any. */
function collect(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  decision: Decision,
  into: Operations,
  blockers: BlockerPlan[],
): GuardPlan | null {
  const table = ref(decision.table);
  const guarded: GuardPlan["rows"] = [];
  for (const { rule, path } of rulesOf(decision)) {
    try {
      const planned = planRule(context, subject, key, decision, rule, path);
      for (const strategy of STRATEGIES) into[strategy].push(...planned[strategy]);
      // Whatever strategy is asked for: what one of them would take stands in the way.
      const under = rule.class === "blocker" ? "any" : "soft_delete";
      const rows = ownedRows(context, subject, key, decision.table, rule, path, under);
      if (rule.class === "session" || rule.class === "credential") guarded.push(rows);
      if (rule.class === "blocker") {
        const code = rule.code ?? decision.table.table;
        blockers.push({ table, code, message: rule.message, blocking: rule.blocking, rows, path });
      }
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
    }
  }
  return guarded.length === 0 ? null : { table, rows: guarded };
}

/**
 * Rows that may belong to two people: two workers, each with one of them, would lock such rows crosswise. So would
 * two that hand rows to the same heir, in a unique index of it.
 */
function mayCross(operations: Operations, name: string): boolean {
  return STRATEGIES.some((strategy) => {
    const own = operations[strategy].filter((each) => each.table.name === name);
    if (own.some((each) => each.action === "reassign" || isOrphaned(each.rows))) return true;
    const owners = own.map((each) => each.rows.owner);
    return new Set(owners.map((owner) => JSON.stringify(owner))).size > 1 || owners.some(hasTwoOwners);
  });
}

function hasTwoOwners(owner: OwnerPlan): boolean {
  if (owner.by !== "via") return false;
  const above = owner.arms.map((arm) => arm.owner);
  return new Set(above.map((each) => JSON.stringify(each))).size > 1 || above.some(hasTwoOwners);
}

function hashOf(annotation: Annotation, catalog: Catalog): string {
  return createHash("sha256")
    .update(JSON.stringify([annotation, catalog]))
    .digest("hex");
}
