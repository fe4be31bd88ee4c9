/**
 * What the annotation was checked against, beyond its columns: which strategy touches which table, the foreign keys
 * that tie rows to removed ones, the application's triggers that were read, the indexes that owners are found by.
 */
import type { Strategy } from "../annotation/model.ts";
import type { ForeignKey, Table, Trigger } from "../catalog/model.ts";
import type { PlanContext } from "./context.ts";
import { uniqueColumns } from "./drift-uniques.ts";
import { matchColumns } from "./match.ts";
import type { DriftPlan, Operation, OwnedRows, Plan, TouchedTable } from "./model.ts";
import { rulesOf } from "./owner.ts";

type Objects = DriftPlan["objects"];

export function planDrift(plan: Omit<Plan, "drift">, context: PlanContext): DriftPlan {
  const tables = touched(plan, context);
  const objects: Objects = [];
  for (const name of [...tables.keys()].sort()) {
    const table = context.catalog.table(name);
    const work = tables.get(name);
    if (table === undefined || work === undefined) continue;
    objects.push(...triggers(table));
    if (name === plan.subject.table.name || work.removes.length > 0)
      objects.push(...references(context, table));
  }
  objects.push(...indexes(plan, context), ...uniqueColumns(plan, context));
  return {
    tables: Object.fromEntries([...tables].map(([name, work]) => [name, sorted(work)])),
    objects: unique(objects),
  };
}

function touched(plan: Omit<Plan, "drift">, context: PlanContext): Map<string, TouchedTable> {
  const tables = new Map<string, TouchedTable>();
  const on = (name: string, strategy: Strategy, ...how: ("removes" | "survives")[]) => {
    const work = tables.get(name) ?? { strategies: [], removes: [], survives: [] };
    tables.set(name, work);
    for (const list of ["strategies", ...how] as const)
      if (!work[list].includes(strategy)) work[list].push(strategy);
  };
  for (const strategy of plan.lifecycle.strategies) {
    on(plan.subject.table.name, strategy, strategy === "hard_delete" ? "removes" : "survives");
    for (const operation of plan.operations[strategy]) {
      on(operation.table.name, strategy, ...effects(operation));
      for (const parent of parents(operation.rows)) on(parent, strategy);
    }
    for (const name of cascading(context, strategy)) on(name, strategy, "removes");
    for (const { table, rows } of plan.blockers)
      for (const name of [table.name, ...parents(rows)]) on(name, strategy);
  }
  return tables;
}

/** Where a condition picks the rows to remove, the others stay. */
function effects({ action, rows, reassign }: Operation): ("removes" | "survives")[] {
  // What points at rows that may be orphaned has to be known, even if they stay.
  if (rows.owner.by === "referenced_by") return ["removes", "survives"];
  if (action === "delete")
    return rows.where === null && rows.option === null ? ["removes"] : ["removes", "survives"];
  const removes = reassign?.orElse === "delete" || reassign?.onConflict === "delete";
  return removes ? ["removes", "survives"] : ["survives"];
}

function parents({ owner }: OwnedRows): string[] {
  if (owner.by === "referenced_by")
    return [
      owner.child.name,
      ...owner.referrers.map((each) => each.table.name),
      ...[...owner.arms, ...owner.claims].flatMap(parents),
    ];
  return owner.by === "via" ? [owner.parent.name, ...owner.arms.flatMap(parents)] : [];
}

/** Tables whose rows go with their parents' by a foreign key: no statement names them. */
function cascading(context: PlanContext, strategy: Strategy): string[] {
  return [...context.decisions.values()]
    .filter(
      (decision) =>
        decision.annotation.class === "table" &&
        rulesOf(decision).some(({ rule: outer }) => {
          const rule = outer.class === "blocker" ? outer.otherwise : outer;
          if (rule?.class !== "content" || strategy === "soft_delete") return false;
          const { rows } = rule;
          return (typeof rows === "object" && !("action" in rows) ? rows[strategy] : rows) === "cascade";
        }),
    )
    .map((decision) => decision.table.name);
}

function references(context: PlanContext, table: Table): Objects {
  return context.catalog.referencing(table).map(({ table: child, fk }) => ({
    table: child.name,
    kind: "foreign key",
    name: `(${fk.columns.join(", ")}) references ${table.name} (${fk.references.columns.join(", ")})`,
    expected: actions(fk),
  }));
}

/** In the words of `lethe.foreign_key_differences()`. */
function actions({ onDelete, onUpdate }: ForeignKey): string {
  return `on delete ${onDelete}${onUpdate === "no action" ? "" : `, on update ${onUpdate}`}`;
}

function triggers(table: Table): Objects {
  return table.triggers
    .filter((trigger) => trigger.enabled)
    .map((trigger) => ({
      table: table.name,
      kind: "trigger",
      name: trigger.name,
      expected: definition(trigger),
    }));
}

/** In the words of `lethe.trigger_differences()`, which says the same of the trigger that it finds. */
function definition(trigger: Trigger): string {
  const { timing, events, updateOf, level } = trigger;
  const ordered = (["insert", "update", "delete", "truncate"] as const).filter((each) =>
    events.includes(each),
  );
  const columns = updateOf.length === 0 ? [] : [`of ${[...updateOf].sort().join(", ")}`];
  const calls = `calls ${trigger.function} ${trigger.functionHash.slice(0, 16)}`;
  return [timing, ...ordered, ...columns, `for each ${level}`, calls].join(" ");
}

function indexes(plan: Omit<Plan, "drift">, context: PlanContext): Objects {
  const rows = [
    ...plan.lifecycle.strategies.flatMap((strategy) => plan.operations[strategy]),
    ...plan.blockers,
  ].flatMap(({ table, rows }) => lookups(table.name, rows));
  return rows.flatMap(({ table, columns }) =>
    context.catalog.hasIndexOn(table, columns)
      ? [
          {
            table,
            kind: "index" as const,
            name: columns.join(", "),
            expected: "an index that begins with them",
          },
        ]
      : [],
  );
}

/** The columns by which rows and the rows above them are found. */
function lookups(table: string, { owner }: OwnedRows): { table: string; columns: string[] }[] {
  if (owner.by === "via")
    return [
      { table, columns: owner.columns },
      ...owner.arms.flatMap((arm) => lookups(owner.parent.name, arm)),
    ];
  if (owner.by === "referenced_by")
    return [
      ...owner.referrers.map((each) => ({ table: each.table.name, columns: each.columns })),
      ...owner.arms.flatMap((arm) => lookups(owner.child.name, arm)),
    ];
  if (owner.by === "polymorphic")
    return [[owner.id], [owner.type, owner.id]].map((columns) => ({ table, columns }));
  if (owner.by === "match")
    return [[owner.column], matchColumns(owner)].map((columns) => ({ table, columns }));
  return "column" in owner ? [{ table, columns: [owner.column] }] : [];
}

function sorted({ strategies, removes, survives }: TouchedTable): TouchedTable {
  return { strategies: [...strategies].sort(), removes: [...removes].sort(), survives: [...survives].sort() };
}

function unique(objects: Objects): Objects {
  return [
    ...new Map(objects.map((each) => [JSON.stringify([each.table, each.kind, each.name]), each])).values(),
  ];
}
