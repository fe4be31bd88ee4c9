/** Plans the subject's own row: key, marks, columns, what is kept for cancel, what is frozen afterwards. */
import type { SubjectAnnotation } from "../annotation/model.ts";
import { isUniqueBy } from "../catalog/lookup.ts";
import type { Table } from "../catalog/model.ts";
import { type DecidedColumn, decideColumns } from "./columns.ts";
import { type Decision, type PlanContext, report } from "./context.ts";
import { expressionsOf, mentions } from "./effect-feeds.ts";
import { planMarks } from "./marks.ts";
import type { GhostPlan, KeyPlan, SubjectPlan, TableRef } from "./model.ts";
import { isPreserved, optionsOf, personTable } from "./person-table.ts";

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
  if (!isUniqueBy(subject.table, column.name) || !column.notNull) {
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
  const own = {
    owner: { by: "column" as const, column: annotation.key, cast: null },
    where: null,
    option: null,
  };
  return {
    ...personTable(table, own, decided),
    columns: table.columns.map((column) => column.name),
    marks,
    captured: captured(context, decided),
    refuse: annotation.refuse ?? [],
    view: annotation.view === undefined ? null : viewRef(table, annotation.view),
    rls: annotation.rls ?? null,
  };
}

/** Cleared at schedule, never put back, and an effect at execution asks for it. */
function captured({ annotation }: PlanContext, decided: DecidedColumn[]): SubjectPlan["captured"] {
  const asking = Object.entries(annotation.effects).filter(([, effect]) => effect.at === "execute");
  return decided.flatMap((each) => {
    const options = optionsOf(each);
    if (each.change === null || options?.at !== "schedule" || isPreserved(each)) return [];
    const needed = asking.some(
      ([name, effect]) =>
        name === options.effect ||
        (effect.forEach === undefined && expressionsOf(effect).some(mentions(each.column))),
    );
    return needed ? [{ column: each.column, type: each.change.type }] : [];
  });
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
