/**
 * The marks in SQL: the one place that says what "marked" is as a condition over a row of the subject's table, and what
 * is written to mark somebody, to leave the final mark, and to take it off again.
 */
import type { MarkColumn, Plan, TimeMark } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { column, table } from "./text.ts";

/** What is written into the subject's row, and statements besides. */
export interface MarkWrite {
  assignments: string[];
  statements: string[];
}

type ValueMark = Extract<MarkColumn, { holds: "value" }>;
/** The row that a condition is about; null where its columns are named without a table (policies, indexes). */
type Row = string | null;

const at = (name: string, row: Row) => (row === null ? ident(name) : column(name, row));
const MARK = "lethe.mark";

/** The person is leaving or gone. For WHERE, WHEN and index predicates: NULL where a nullable status is NULL. */
export function marked(plan: Plan, row: Row = "t"): string {
  const { marks } = plan.subject;
  if (marks.place === "table")
    return `exists (select from ${MARK} m where m.subject_id = ${at(plan.key.column, row)})`;
  const { deleted } = marks;
  if (deleted.holds === "time") return `${at(deleted.column, row)} is not null`;
  return holds(deleted, [deleted.deleted, deleted.scheduled], row);
}

/** The person is neither leaving nor gone. Never NULL. */
export function notMarked(plan: Plan, row: Row = "t"): string {
  const { marks } = plan.subject;
  if (marks.place === "table") return `not ${marked(plan, row)}`;
  const { deleted } = marks;
  if (deleted.holds === "time") return `${at(deleted.column, row)} is null`;
  const name = at(deleted.column, row);
  if (deleted.baseType === "boolean") return `${name} is not ${deleted.deleted}`;
  if (!deleted.notNull) return `(${marked(plan, row)}) is not true`;
  return deleted.scheduled === null
    ? `${name} <> ${literal(deleted.deleted)}`
    : `${name} not in (${literal(deleted.deleted)}, ${literal(deleted.scheduled)})`;
}

/** As `marked`, but never NULL: what a CHECK doesn't know it lets pass. */
export function surelyMarked(plan: Plan, row: Row = "t"): string {
  const { marks } = plan.subject;
  const nullable = marks.place === "columns" && marks.deleted.holds === "value" && !marks.deleted.notNull;
  return nullable ? `(${marked(plan, row)}) is true` : marked(plan, row);
}

/** Marked, and the time is still to come; null where the row doesn't tell. */
export function inGrace(plan: Plan, row: Row): string | null {
  const { marks } = plan.subject;
  if (marks.place === "table") return null;
  if (marks.scheduled !== null) return `${at(marks.scheduled.column, row)} is not null`;
  const { deleted } = marks;
  return deleted.holds === "value" && deleted.scheduled !== null
    ? holds(deleted, [deleted.scheduled], row)
    : null;
}

/** The row may be one of somebody who was erased: the condition of the freeze, over the marks alone. */
export function mayBeErased(plan: Plan, row: Row): string {
  const { marks } = plan.subject;
  if (marks.place === "columns" && marks.scheduled !== null)
    return `${marked(plan, row)} and ${at(marks.scheduled.column, row)} is null`;
  if (marks.place === "columns" && marks.deleted.holds === "value")
    return holds(marks.deleted, [marks.deleted.deleted], row);
  return marked(plan, row);
}

/** Marks `subject`, whose time is `due`. */
export function mark(plan: Plan): MarkWrite {
  const { marks } = plan.subject;
  if (marks.place === "table")
    return {
      assignments: [],
      statements: [
        `insert into ${MARK} as m (subject_id, deleted_at, scheduled_for)\nvalues (subject, now(), due)\non conflict (subject_id) do update\nset scheduled_for = excluded.scheduled_for;`,
      ],
    };
  const { deleted, scheduled } = marks;
  const value = deleted.holds === "value" ? literal(deleted.scheduled ?? deleted.deleted) : since(deleted);
  return {
    assignments: [
      `${ident(deleted.column)} = ${value}`,
      ...(scheduled === null ? [] : [`${ident(scheduled.column)} = ${inType(scheduled, "due")}`]),
    ],
    statements: [],
  };
}

/** The mark of the erased `subjects`. When they left stays known; that nothing is due any more says that it is done. */
export function finalMark(plan: Plan): MarkWrite {
  const { marks, table: ref } = plan.subject;
  if (marks.place === "table")
    return {
      assignments: [],
      statements: [
        [
          `insert into ${MARK} as m (subject_id, deleted_at)`,
          `select ${column(plan.key.column)}, now()`,
          `from ${table(ref)} t`,
          `where ${column(plan.key.column)} = any (subjects)`,
          "on conflict (subject_id) do update",
          "set scheduled_for = null;",
        ].join("\n"),
      ],
    };
  const { deleted, scheduled } = marks;
  const value = deleted.holds === "value" ? literal(deleted.deleted) : since(deleted);
  return {
    assignments: [
      `${ident(deleted.column)} = ${value}`,
      ...(scheduled === null ? [] : [`${ident(scheduled.column)} = null`]),
    ],
    statements: [],
  };
}

/** Of rows that are gone no mark may be left: somebody new may come under the key. */
export function unmarkGone(plan: Plan): string[] {
  if (plan.subject.marks.place === "columns") return [];
  return [
    `delete from ${MARK} m\nwhere m.subject_id = any (subjects)\n  and not (select exists (select from ${table(plan.subject.table)} t where ${column(plan.key.column)} = m.subject_id));`,
  ];
}

/** Takes the mark of `subject` off, from what was kept: a suspended account is suspended again. */
export function unmark(plan: Plan): MarkWrite {
  const { marks } = plan.subject;
  if (marks.place === "table")
    return { assignments: [], statements: [`delete from ${MARK} m where m.subject_id = subject;`] };
  const { deleted, scheduled } = marks;
  return {
    assignments: [
      `${ident(deleted.column)} = (kept ->> '${keptAs(deleted)}')::${deleted.type === "timestamp with time zone" ? "timestamptz" : deleted.type}`,
      ...(scheduled === null ? [] : [`${ident(scheduled.column)} = null`]),
    ],
    statements: [],
  };
}

/** The pair of JSON that keeps the mark as it was before. */
export function keptMark(plan: Plan): string[] {
  const { marks } = plan.subject;
  return marks.place === "table" ? [] : [`'${keptAs(marks.deleted)}', ${column(marks.deleted.column)}`];
}

function keptAs({ type }: MarkColumn): string {
  return type === "timestamp with time zone" ? "deleted_at" : "mark";
}

function holds(mark: ValueMark, values: (ValueMark["deleted"] | null)[], row: Row): string {
  const name = at(mark.column, row);
  if (mark.baseType === "boolean") return mark.deleted === true ? name : `not ${name}`;
  const given = values.filter((each) => each !== null).map(literal);
  return given.length === 1 ? `${name} = ${given[0]}` : `${name} in (${given.join(", ")})`;
}

/** Whoever was marked before keeps the time of that. */
function since(mark: TimeMark): string {
  return `coalesce(${column(mark.column)}, ${inType(mark, "now()")})`;
}

/** Times without zone and dates are UTC's: the same in every session. */
function inType({ type }: TimeMark, moment: string): string {
  if (type === "timestamp with time zone") return moment;
  const utc = `${moment} at time zone 'UTC'`;
  return type === "date" ? `(${utc})::date` : utc;
}
