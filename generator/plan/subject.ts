/** Plans the subject's own row: key, marks, columns, what is kept for cancel, what is frozen afterwards. */
import type { SubjectAnnotation } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { changesOf, type DecidedColumn, decideColumns } from "./columns.ts";
import { type Decision, type PlanContext, ref, report } from "./context.ts";
import { expressionsOf, mentions } from "./effect-feeds.ts";
import { planMarks } from "./marks.ts";
import type { ColumnChange, GhostPlan, KeyPlan, SubjectPlan, TableRef } from "./model.ts";

const KEY_TYPES = ["uuid", "smallint", "integer", "bigint", "text", "character varying", "character"];

export function planKey(context: PlanContext, subject: Decision): KeyPlan | undefined {
  const annotation = subject.annotation as SubjectAnnotation;
  const path = [...subject.path, "key"];
  const column = context.catalog.column(subject.table, annotation.key);
  const problem = (message: string, remedy: string) =>
    report(context, {
      code: "L033",
      subject: `${subject.table.name}.${annotation.key}`,
      message,
      remedy,
      path,
    });
  if (column === undefined) {
    problem(
      "the key is not a column of the table",
      `one of: ${subject.table.columns.map((each) => each.name).join(", ")}`,
    );
    return undefined;
  }
  if (!KEY_TYPES.includes(column.baseType)) {
    problem(`a key of type ${column.type} is not supported`, `a column of one of: ${KEY_TYPES.join(", ")}`);
    return undefined;
  }
  const unique = subject.table.indexes.some(
    (index) =>
      index.unique &&
      index.predicate === null &&
      index.columns.length === 1 &&
      index.columns[0] === column.name,
  );
  if (!unique || !column.notNull) {
    problem(
      "the key is not unique and NOT NULL by itself",
      "name the primary key, or a unique NOT NULL column",
    );
    return undefined;
  }
  // Below any domain: "nobody is signed in" is a NULL, which a domain may refuse.
  const type = column.baseType === "character" ? "bpchar" : column.baseType;
  return { column: column.name, type };
}

export function planSubject(context: PlanContext, subject: Decision): SubjectPlan {
  const annotation = subject.annotation as SubjectAnnotation;
  const table = subject.table;
  const marks = planMarks(context, subject);
  const decided = decideColumns(context, table, annotation.columns, subject.path);
  return {
    table: ref(table),
    columns: table.columns.map((column) => column.name),
    marks,
    changes: {
      anonymize: changesOf(decided),
      soft_delete: decided.filter(clearedBySoftDelete).flatMap((each) => each.change ?? []),
    },
    heldBack: [],
    atSchedule: decided
      .filter((each) => optionsOf(each)?.at === "schedule")
      .flatMap((each) => each.change ?? []),
    preserve: decided.filter(isPreserved).map((each) => typed(each.change as ColumnChange)),
    captured: decided
      .filter((each) => optionsOf(each)?.at === "schedule" && !isPreserved(each))
      .filter((each) => isNeededLater(context, each))
      .map((each) => typed(each.change as ColumnChange)),
    frozen: decided
      .filter(
        (each) =>
          each.change !== null &&
          (each.change.personal || each.change.secret) &&
          !isGenerated(table, each.column),
      )
      .map((each) => ({
        ...typed(each.change as ColumnChange),
        baseType: (each.change as ColumnChange).baseType,
      })),
    emailColumns: decided
      .filter((each) => each.change?.transform.action === "email")
      .map((each) => each.column),
    refuse: annotation.refuse ?? [],
    view: annotation.view === undefined ? null : viewRef(table, annotation.view),
    rls: annotation.rls ?? null,
  };
}

function optionsOf(decided: DecidedColumn) {
  return decided.rule.action === "keep" || decided.rule.action === "todo" ? undefined : decided.rule;
}

function clearedBySoftDelete(decided: DecidedColumn): boolean {
  const options = optionsOf(decided);
  return (
    options !== undefined &&
    (options.secret === true || options.mfa === true || options.onSoftDelete === true)
  );
}

function isPreserved(decided: DecidedColumn): boolean {
  const options = optionsOf(decided);
  return (
    options !== undefined &&
    (options.action === "email" || (options.at === "schedule" && options.restore === true))
  );
}

/** An effect at execution asks for it, when the row has lost it. */
function isNeededLater({ annotation }: PlanContext, decided: DecidedColumn): boolean {
  const named = optionsOf(decided)?.effect;
  return Object.entries(annotation.effects).some(
    ([name, effect]) =>
      effect.at === "execute" &&
      (name === named ||
        (effect.forEach === undefined && expressionsOf(effect).some(mentions(decided.column)))),
  );
}

function isGenerated(table: Table, column: string): boolean {
  return table.columns.find((each) => each.name === column)?.generated !== null;
}

function typed(change: ColumnChange) {
  return { column: change.column, type: change.type };
}

export function viewRef(table: Table, view: string): TableRef {
  const dot = view.indexOf(".");
  const schema = dot === -1 ? table.schema : view.slice(0, dot);
  const name = dot === -1 ? view : view.slice(dot + 1);
  return { schema, table: name, name: `${schema}.${name}` };
}

export function planGhosts(context: PlanContext, subject: Decision, key: KeyPlan): GhostPlan[] {
  return Object.entries(context.annotation.ghosts).flatMap(([name, values]) => {
    const path = ["ghosts", name];
    for (const column of Object.keys(values)) {
      if (context.catalog.column(subject.table, column) === undefined) {
        report(context, {
          code: "L011",
          subject: `${subject.table.name}.${column}`,
          message: "there is no such column in the catalog snapshot",
          remedy: "correct the ghost's column",
          path: [...path, column],
        });
      }
    }
    const value = values[key.column];
    if (typeof value !== "string" && typeof value !== "number") {
      report(context, {
        code: "L038",
        subject: `ghost ${name}`,
        message: "the ghost has no key",
        remedy: `give it a fixed one: ${key.column}: "…"`,
        path,
      });
      return [];
    }
    return [{ name, key: value, values }];
  });
}
