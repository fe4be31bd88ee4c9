/** Plans where it is written who is leaving or gone: columns that Lethe adds, adopted ones, or a table of its own. */
import type { AdoptedMark, AnnotationPath, Marks, SubjectAnnotation } from "../annotation/model.ts";
import type { Column } from "../catalog/model.ts";
import { isNotNull, planAdopted } from "./adopted-mark.ts";
import { columnOrFail, type Decision, type PlanContext, report, Unresolved } from "./context.ts";
import { type Known, value } from "./lints/support/values.ts";
import type { MarkColumn, MarksPlan, TimeMark } from "./model.ts";

export function planMarks(context: PlanContext, subject: Decision): MarksPlan {
  const annotation = subject.annotation as SubjectAnnotation;
  if (annotation.marks === "lethe") return ownTable(context, subject, annotation);
  const names = annotation.marks ?? {};
  const deleted = markColumn(context, subject, names, "deletedAt", "deleted_at");
  const scheduled = scheduledColumn(context, subject, names, deleted);
  const marks: MarksPlan = { place: "columns", deleted, scheduled, legacy: names.legacy ?? "leave" };
  refuseDecided(context, subject, marks);
  return marks;
}

export type ColumnMarks = Extract<MarksPlan, { place: "columns" }>;

/** The mark columns of the subject, whoever made them. */
export function markColumns(marks: MarksPlan): string[] {
  if (marks.place === "table") return [];
  return [marks.deleted.column, ...(marks.scheduled === null ? [] : [marks.scheduled.column])];
}

/** Columns of the subject that marking somebody writes to. */
export function writtenMarks(marks: MarksPlan): string[] {
  if (marks.place === "columns") return markColumns(marks);
  return marks.touch === null ? [] : [marks.touch];
}

/** Columns whose type is the application's own. */
export function isAdopted(marks: MarksPlan, column: string): boolean {
  if (marks.place === "table") return false;
  return [marks.deleted, marks.scheduled].some(
    (each) => each?.column === column && each.type !== "timestamp with time zone",
  );
}

/** What a mark column holds for somebody, as far as it is known; null for other columns. */
export function markAs(
  marks: MarksPlan,
  column: string,
  state: "live" | "in grace" | "erased",
): Known | null {
  if (marks.place === "table" || !markColumns(marks).includes(column)) return null;
  const { deleted } = marks;
  if (column !== deleted.column) return state === "in grace" ? { known: false, notNull: true } : value(null);
  if (deleted.holds === "time") return state === "live" ? value(null) : { known: false, notNull: true };
  // Whoever is there may have any other value.
  if (state === "live") return { known: false, notNull: deleted.notNull };
  return value(state === "in grace" ? (deleted.scheduled ?? deleted.deleted) : deleted.deleted);
}

/** Those that Lethe adds. */
export function addedMarks(marks: MarksPlan): TimeMark[] {
  if (marks.place === "table") return [];
  return [marks.deleted, marks.scheduled].filter((each) => each?.holds === "time").filter((each) => each.add);
}

function scheduledColumn(
  context: PlanContext,
  subject: Decision,
  names: Exclude<Marks, "lethe">,
  deleted: MarkColumn,
): TimeMark | null {
  // Beside a status or a flag nothing is added: the request knows when.
  if (names.scheduledFor === undefined && deleted.holds === "value") return null;
  const column = markColumn(context, subject, names, "scheduledFor", "scheduled_deletion_at");
  if (column.holds === "time" && column.column !== deleted.column) return column;
  report(context, {
    code: "L032",
    subject: `${subject.table.name}.${column.column}`,
    message:
      column.column === deleted.column
        ? "the same column can't be both marks"
        : "the mark that says when the erasure is due holds no time",
    remedy: "name a column of type timestamptz, timestamp or date, or leave scheduledFor out",
    path: [...subject.path, "marks", "scheduledFor"],
  });
  return null;
}

function markColumn(
  context: PlanContext,
  subject: Decision,
  names: Exclude<Marks, "lethe">,
  which: "deletedAt" | "scheduledFor",
  usual: string,
): MarkColumn {
  const given = names[which] ?? usual;
  const path: AnnotationPath = names[which] === undefined ? subject.path : [...subject.path, "marks", which];
  const missing = (column: string): MarkColumn => ({
    holds: "time",
    column,
    type: "timestamp with time zone",
    add: true,
  });
  if (typeof given !== "string") return adopted(context, subject, given, path) ?? missing(given.column);
  const column = context.catalog.column(subject.table, given);
  if (column === undefined) return missing(given);
  if (column.baseType !== "timestamp with time zone" || isNotNull(column))
    report(context, {
      code: "L032",
      subject: `${subject.table.name}.${given}`,
      message: `the mark column exists already as ${column.type}${isNotNull(column) ? " not null" : ""}`,
      remedy: `if it says who is gone, adopt it: marks: { ${which}: ${adoption(column)} }; else name others: marks: { deletedAt: "…", scheduledFor: "…" }`,
      path,
    });
  return { holds: "time", column: given, type: "timestamp with time zone", add: false };
}

function adopted(
  context: PlanContext,
  subject: Decision,
  given: AdoptedMark,
  path: AnnotationPath,
): MarkColumn | null {
  try {
    const column = columnOrFail(context, subject.table, given.column, path);
    return planAdopted(context, subject.table, column, given, path);
  } catch (error) {
    if (error instanceof Unresolved) return null;
    throw error;
  }
}

function adoption(column: Column): string {
  const name = JSON.stringify(column.name);
  const plain = /^(timestamp|date$|boolean$)/.test(column.baseType);
  return plain ? `adopt(${name})` : `adopt(${name}, { deleted: … })`;
}

/** What is written into a mark is Lethe's business alone. */
function refuseDecided(context: PlanContext, subject: Decision, marks: MarksPlan): void {
  const { columns, key } = subject.annotation as SubjectAnnotation;
  for (const name of markColumns(marks)) {
    const rule = columns[name];
    const keyed = name === key;
    if (!keyed && (rule === undefined || rule.action === "keep" || rule.action === "todo")) continue;
    report(context, {
      code: "L032",
      subject: `${subject.table.name}.${name}`,
      message: keyed ? "the key can't be a mark" : "the column is a mark, and is to be transformed too",
      remedy: keyed ? "name another column" : `write ${name}: keep(), or leave it out of columns`,
      path: keyed ? [...subject.path, "marks"] : [...subject.path, "columns", name],
    });
  }
}

function ownTable(context: PlanContext, subject: Decision, annotation: SubjectAnnotation): MarksPlan {
  if (annotation.rls !== undefined)
    report(context, {
      code: "L032",
      subject: subject.table.name,
      message:
        'a policy needs the owner of the table, and marks: "lethe" is for one that belongs to somebody else',
      remedy: "leave rls out here, and hide people with view, and what is theirs with rls on your own tables",
      path: [...subject.path, "rls"],
    });
  const written = subject.table.columns.find(
    (column) => column.name !== annotation.key && column.generated === null && column.identity !== "always",
  );
  return { place: "table", touch: written?.name ?? null, legacy: "leave" };
}
