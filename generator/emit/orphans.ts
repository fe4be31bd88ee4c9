/** Rows that only rows of departing people point at: written down first, erased once nothing points at them any more. */
import type { Operation, OwnedRows, Plan, ReferencedBy, TableRef } from "../plan/model.ts";
import { isOrphaned } from "../plan/referenced-by.ts";
import { literal } from "../quote.ts";
import { nobodyElses } from "./claims.ts";
import { allOf } from "./operation.ts";
import { ofRequest, ownedBy, type Subjects, unreferenced } from "./owner.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

type Orphaned = Operation & OrphanedRows;
type OrphanedRows = { rows: OwnedRows & { owner: ReferencedBy } };

export function isLast<T extends Pick<Operation, "rows">>(operation: T): operation is T & Orphaned {
  return isOrphaned(operation.rows);
}

/** Names the pointing columns too: another rule of the table, for what others point at, may do something else. */
function linkOf(to: TableRef, owner: ReferencedBy): string {
  const { child, columns, references } = owner;
  return literal(`${to.name} (${references.join(", ")}) from ${child.name} (${columns.join(", ")})`);
}

/** Conditions of rows that were written down for these subjects, and that nothing points at now. */
export function orphanedBy(
  to: TableRef,
  rows: OwnedRows & { owner: ReferencedBy },
  subjects: Subjects,
): string[] {
  const { owner } = rows;
  const from = `from lethe.orphan o\nwhere o.subject_id = any (${subjects(rows.option)}) and o.link = ${linkOf(to, owner)}`;
  const parts = owner.types.map((type, index) => `(o.row_key ->> ${index})::${type}`);
  const [first = ""] = owner.references;
  // An array for the first column: it is looked up in the index, however many there are.
  const found = [`${column(first)} = any (array(\n${indent(`select ${parts[0]}\n${from}`, 2)}\n))`];
  if (parts.length > 1) {
    const left = owner.references.map((name) => column(name)).join(", ");
    found.push(`(${left}) in (\n${indent(`select ${parts.join(", ")}\n${from}`, 2)}\n)`);
  }
  const where = rows.where === null ? [] : [`(${rows.where.trim()})`];
  return [
    ...found,
    ...where,
    ...owner.referrers.map((each) => unreferenced(each, null)),
    ...nobodyElses(owner, () => subjects(rows.option)),
  ];
}

/** For whom which rows were written down. */
export function whoseOrphans({ table: to, rows }: Orphaned, subjects: Subjects): string {
  const keys = rows.owner.types.map((type, index) => `(o.row_key ->> ${index})::${type} as key_${index + 1}`);
  return `select o.request_id, ${keys.join(", ")}\nfrom lethe.orphan o\nwhere o.subject_id = any (${subjects(rows.option)}) and o.link = ${linkOf(to, rows.owner)}`;
}

/**
 * A row that is about to be pointed at by somebody else's is locked by that one's foreign key: whoever waited for it
 * must look again, with a statement of its own, or take the other's row along where the foreign key cascades.
 */
export function lockOrphans(operation: Orphaned, where: string): string {
  const keys = operation.rows.owner.references.map((name) => column(name)).join(", ");
  return `perform from ${table(operation.table)} t\nwhere ${where}\norder by ${keys}\nfor update;`;
}

export function captureOrphans(plan: Plan): DatabaseObject {
  const all = plan.lifecycle.strategies.flatMap((strategy) => plan.operations[strategy]).filter(isLast);
  const entries = [...new Set(all.map(entry))];
  return routine(plan, {
    kind: "function",
    name: "capture_orphans",
    parameters: [{ name: "subjects", type: `${plan.key.type}[]` }],
    returns: "void",
    body: entries.length === 0 ? "return;" : entries.join("\n\n"),
    comment:
      "Writes down the rows that rows of these subjects point at, before those go. What nothing points at afterwards is erased.",
  });
}

function entry({ table: to, rows: { owner } }: Orphaned): string {
  const names = owner.columns.map((name) => column(name));
  const arms = owner.arms.map((arm) => allOf(ownedBy(arm, ofRequest)));
  const theirs = arms.length === 1 ? arms[0] : arms.map((arm) => `(${arm})`).join("\n  or ");
  const present = names.map((name) => `${name} is not null`);
  const claimed = owner.claims.length === 0 ? [] : [unclaimed(to, owner)];
  return [
    `-- ${to.name}: pointed at by their ${owner.child.name} (${owner.columns.join(", ")})`,
    "insert into lethe.orphan (request_id, subject_id, link, row_key)",
    `select distinct q.id, q.subject_id, ${linkOf(to, owner)}, found.row_key`,
    "from lethe.deletion_request q",
    "cross join lateral (",
    `  select jsonb_build_array(${names.join(", ")}) as row_key`,
    `  from ${table(owner.child)} t`,
    indent(
      `where ${allOf([arms.length === 1 ? (theirs ?? "false") : `(${theirs})`, ...present, ...claimed])}`,
      2,
    ),
    "  -- A look of its own for each person: flattened into one join, PostgreSQL 15 would read the table whole.",
    "  offset 0",
    ") found",
    "where q.subject_id = any (subjects)",
    "  and q.state in ('scheduled', 'executing')",
    "on conflict do nothing;",
  ].join("\n");
}

/** Looked at for each person by themselves: of two who leave together one may own what the other's rows point at. */
function unclaimed(to: TableRef, owner: ReferencedBy): string {
  const same = owner.columns.map(
    (name, index) => `${column(owner.references[index] ?? name, "a")} = ${column(name)}`,
  );
  const conditions = [...same, ...nobodyElses(owner, ofRequest, "a")];
  return `exists (\n  select from ${table(to)} a\n  where ${conditions.join("\n    and ")}\n)`;
}

/** The step at the beginning of a strategy. */
export function captureStep(operations: Operation[]): string[] {
  if (!operations.some(isLast)) return [];
  return [
    "-- Rows that theirs point at: written down while they do.",
    "perform lethe.capture_orphans(subjects);",
    "",
  ];
}
