/** What may be only one person's: columns of which a unique index says that no two rows hold the same. */
import type { PlanContext } from "./context.ts";
import type { DriftPlan, MatchedValue, OwnedRows, Plan } from "./model.ts";

/** Where the index goes, two people's rows look like one's. Those on expressions and partial ones aren't told. */
export function uniqueColumns(plan: Omit<Plan, "drift">, context: PlanContext): DriftPlan["objects"] {
  const subject = plan.subject.table.name;
  const rows = [
    ...plan.lifecycle.strategies.flatMap((strategy) => plan.operations[strategy]),
    ...plan.blockers,
    ...plan.guards.flatMap((guard) => guard.rows.map((each) => ({ rows: each }))),
  ].map((each) => each.rows);
  const wanted = [
    { table: subject, columns: [plan.key.column] },
    ...plan.parts.flatMap(({ table, rows: { owner } }) =>
      owner.by === "column" ? [{ table: table.name, columns: [owner.column] }] : [],
    ),
    ...[...rows.flatMap((each) => pointedAt(each, subject)), ...plan.matches.flatMap(matchedBy)].map(
      (columns) => ({ table: subject, columns }),
    ),
  ];
  return wanted
    .map(({ table, columns }) => ({ table, columns: [...new Set(columns)].sort() }))
    .filter(({ table, columns }) => isUnique(context, table, columns))
    .map(({ table, columns }) => ({
      table,
      kind: "unique index",
      name: columns.join(", "),
      expected: "a unique index",
    }));
}

/** Columns of the subject that rows point at instead of its key. */
function pointedAt({ owner }: OwnedRows, subject: string): string[][] {
  if (owner.by !== "via" && owner.by !== "referenced_by") return [];
  const own = owner.by === "via" && owner.parent.name === subject ? [owner.references] : [];
  return [...own, ...owner.arms.flatMap((arm) => pointedAt(arm, subject))];
}

function matchedBy({ of, and }: MatchedValue): string[][] {
  return "column" in of ? [[of.column, ...and.map((each) => each.column)]] : [];
}

/** In the words of `lethe.index_differences()`. */
function isUnique(context: PlanContext, table: string, columns: string[]): boolean {
  return (context.catalog.table(table)?.indexes ?? []).some(
    (index) =>
      index.unique &&
      index.valid &&
      index.predicate === null &&
      index.columns.every((column) => column !== null && columns.includes(column)),
  );
}
