/** Plans what stands around the erasing: suspended credentials, hidden content, the register of decided columns. */
import type { ColumnRule, SubjectAnnotation } from "../annotation/model.ts";
import { type Decision, type PlanContext, ref, report, Unresolved } from "./context.ts";
import { addedMarks, isAdopted } from "./marks.ts";
import type { DecidedTable, HidingPlan, KeyPlan, SubjectPlan, SuspensionPlan } from "./model.ts";
import { effective, ownedRows, rulesOf } from "./owner.ts";
import { viewRef } from "./subject.ts";
import { throughSubject } from "./via-subject.ts";

export function planSuspensions(context: PlanContext, subject: Decision, key: KeyPlan): SuspensionPlan[] {
  return tables(context).flatMap((decision) =>
    rulesOf(decision).flatMap(({ rule, path }) => {
      if (rule.class !== "credential" || rule.suspend !== "move") return [];
      const referencing = context.catalog.referencing(decision.table);
      if (referencing.length > 0) {
        report(context, {
          code: "L039",
          subject: decision.table.name,
          message: `rows can't be moved aside: ${referencing.map((each) => each.table.name).join(", ")} points at them`,
          remedy: "leave suspend out: the guard refuses new sessions anyway",
          path: [...path, "suspend"],
        });
        return [];
      }
      try {
        return [
          {
            table: ref(decision.table),
            rows: ownedRows(context, subject, key, decision.table, rule, path),
            columns: decision.table.columns
              .filter((each) => each.generated === null)
              .map((each) => each.name),
            overridesIdentity: decision.table.columns.some((each) => each.identity === "always"),
          },
        ];
      } catch (error) {
        if (error instanceof Unresolved) return [];
        throw error;
      }
    }),
  );
}

export function planHiding(context: PlanContext, subject: Decision, key: KeyPlan): HidingPlan[] {
  return tables(context).flatMap((decision) => {
    const annotation = decision.annotation;
    if (annotation.class !== "table" || (annotation.view === undefined && annotation.rls === undefined))
      return [];
    try {
      refuseMatched(context, subject, key, decision);
      return [
        {
          table: ref(decision.table),
          columns: decision.table.columns.map((each) => each.name),
          view: annotation.view === undefined ? null : viewRef(decision.table, annotation.view),
          rls: annotation.rls ?? null,
          owners: rulesOf(decision)
            .map(
              ({ rule, path }) =>
                ownedRows(context, subject, key, decision.table, effective(rule), path).owner,
            )
            // What was sent to a hidden person is not theirs to hide: the first rule names the author.
            .slice(0, 1),
        },
      ];
    } catch (error) {
      if (error instanceof Unresolved) return [];
      throw error;
    }
  });
}

/** A reader's look at people is filtered itself, so a match by value would find nobody and hide nothing. */
function refuseMatched(context: PlanContext, subject: Decision, key: KeyPlan, decision: Decision): void {
  for (const { rule, path } of rulesOf(decision)) {
    const { owner } = ownedRows(context, subject, key, decision.table, effective(rule), path);
    const through = throughSubject(owner, subject.table.name);
    if (owner.by !== "match" && !through) continue;
    report(context, {
      code: through ? "L068" : "L044",
      subject: decision.table.name,
      message: through
        ? `rows that are found through a column of ${subject.table.name} can't be hidden: whoever asks would read hidden people's values there`
        : "rows that are found by value can't be hidden",
      remedy: "remove view and rls here, or give the table an owner column",
      path: [...path, "owner"],
    });
  }
}

/** Every decided table with every column, as the database must have them when the migration runs. */
export function planRegister(context: PlanContext, subject: SubjectPlan): DecidedTable[] {
  return [...context.decisions.values()]
    .filter((decision) => decision.annotation.class !== "unrelated" && decision.annotation.class !== "todo")
    .map((decision) => ({
      table: ref(decision.table),
      class: classOf(decision),
      columns: decision.table.columns
        .filter((column) => !isOwnMark(decision, column.name, subject))
        .map((column) => {
          const rule = columnRule(decision, column.name);
          return {
            column: column.name,
            type: column.type,
            notNull: column.notNull,
            decision: isMark(decision, column.name, subject) ? "mark" : (rule?.action ?? "with the row"),
            personal: rule !== undefined && "personal" in rule && rule.personal,
          };
        }),
    }))
    .sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
}

function classOf(decision: Decision): string {
  const annotation = decision.annotation;
  return annotation.class === "table"
    ? [...new Set(annotation.rules.map((rule) => rule.class))].join(", ")
    : annotation.class;
}

/** Marks that Lethe adds are its own, not the application's. */
function isOwnMark(decision: Decision, column: string, subject: SubjectPlan): boolean {
  if (decision.annotation.class !== "subject") return false;
  return addedMarks(subject.marks).some((mark) => mark.column === column);
}

/** An adopted column is written to: another type of it would be a difference. */
function isMark(decision: Decision, column: string, subject: SubjectPlan): boolean {
  return decision.annotation.class === "subject" && isAdopted(subject.marks, column);
}

function columnRule(decision: Decision, column: string): ColumnRule | undefined {
  const annotation = decision.annotation;
  if (annotation.class === "subject") return (annotation as SubjectAnnotation).columns[column];
  if (annotation.class !== "table") return undefined;
  const own = annotation.columns?.[column];
  if (own !== undefined) return own;
  for (const rule of annotation.rules) {
    const found = effective(rule).columns?.[column] ?? rule.columns?.[column];
    if (found !== undefined) return found;
  }
  return undefined;
}

function tables(context: PlanContext): Decision[] {
  return [...context.decisions.values()].filter((decision) => decision.annotation.class === "table");
}
