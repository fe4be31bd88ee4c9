/** A column of the application's own as a mark: a time, a date, a flag, or a value such as a status. */
import type { AdoptedMark, AnnotationPath } from "../annotation/model.ts";
import type { Column, Table } from "../catalog/model.ts";
import { type PlanContext, report, Unresolved } from "./context.ts";
import { judge } from "./lints/support/check-expression.ts";
import { mentions } from "./lints/support/names.ts";
import { value } from "./lints/support/values.ts";
import type { MarkColumn, TimeMark } from "./model.ts";

type Value = string | number | boolean;
type Problem = (message: string, remedy: string) => Unresolved;

const TEXTS = ["text", "character varying", "character"];
const INTEGERS = ["smallint", "integer", "bigint"];

export function planAdopted(
  context: PlanContext,
  table: Table,
  column: Column,
  given: AdoptedMark,
  path: AnnotationPath,
): MarkColumn {
  const subject = `${table.name}.${column.name}`;
  const problem: Problem = (message, remedy) => {
    report(context, { code: "L032", subject, message, remedy, path });
    return new Unresolved();
  };
  if (column.generated !== null)
    throw problem("a generated column can't be a mark", "adopt the column that it is computed from");
  if (/^(timestamp with|date$)/.test(column.baseType)) return time(column, given, problem);
  const mark = valued(column, given, problem);
  for (const each of [mark.deleted, mark.scheduled]) {
    if (each === null) continue;
    refuseUnfit(column, each, problem);
    refuseForbidden(context, table, column, each, path);
  }
  return mark;
}

function time(column: Column, given: AdoptedMark, problem: Problem): TimeMark {
  if (given.deleted !== undefined || given.scheduled !== undefined)
    throw problem(
      `the column is of type ${column.type}: whoever has a time there is gone, whichever it is`,
      `write adopt(${JSON.stringify(column.name)})`,
    );
  if (isNotNull(column))
    throw problem(
      "the column is NOT NULL, so that everybody has a time there",
      "adopt another column, or let NULL stand for people who are there",
    );
  return { holds: "time", column: column.name, type: column.baseType as TimeMark["type"], add: false };
}

function valued(
  column: Column,
  given: AdoptedMark,
  problem: Problem,
): Extract<MarkColumn, { holds: "value" }> {
  const { baseType, enumLabels } = column;
  const name = JSON.stringify(column.name);
  const flag = baseType === "boolean";
  if (!flag && enumLabels === null && !TEXTS.includes(baseType) && !INTEGERS.includes(baseType))
    throw problem(
      `a column of type ${column.type} can't be a mark`,
      "adopt an enum, a text, an integer, a boolean, a date or a timestamp; or let Lethe add its own: leave deletedAt out",
    );
  const deleted = given.deleted ?? (flag ? true : undefined);
  if (deleted === undefined)
    throw problem(
      "which value of the column says that somebody is gone is not said",
      `write adopt(${name}, { deleted: ${enumLabels === null ? "…" : `"…" }), with one of: ${enumLabels.join(", ")}`}${enumLabels === null ? " })" : ""}`,
    );
  const scheduled = given.scheduled === deleted ? null : (given.scheduled ?? null);
  if (flag && scheduled !== null)
    throw problem("a boolean has no third value for grace", `leave scheduled out: adopt(${name})`);
  return {
    holds: "value",
    column: column.name,
    type: column.type,
    baseType,
    notNull: isNotNull(column),
    deleted,
    scheduled,
  };
}

function refuseUnfit(column: Column, given: Value, problem: Problem): void {
  const { baseType, enumLabels, maxLength } = column;
  const shown = JSON.stringify(given);
  if (enumLabels !== null && !enumLabels.includes(String(given)))
    throw problem(`${column.type} has no label ${shown}`, `one of: ${enumLabels.join(", ")}`);
  if (baseType === "boolean" && typeof given !== "boolean")
    throw problem(`${shown} is not a boolean`, "write true or false");
  if (INTEGERS.includes(baseType) && !Number.isSafeInteger(given))
    throw problem(`${shown} is not an integer`, "write the number that the column holds");
  if ((TEXTS.includes(baseType) || enumLabels !== null) && typeof given !== "string")
    throw problem(`${shown} is not a text`, "write the text that the column holds");
  if (maxLength !== null && [...String(given)].length > maxLength)
    throw problem(
      `${shown} is too long: the column holds ${maxLength} characters`,
      "write a shorter value, or alter the column",
    );
}

export function isNotNull(column: Column): boolean {
  return column.notNull || (column.domain?.notNull ?? false);
}

/** A CHECK of the table that mentions the column, or one of its domain. */
function refuseForbidden(
  context: PlanContext,
  table: Table,
  column: Column,
  given: Value,
  path: AnnotationPath,
): void {
  const open = { known: false, notNull: false } as const;
  const checks = table.checks.filter((check) => mentions(check.expression, column.name));
  const failed = [
    ...checks
      .filter(
        (check) =>
          judge(check.expression, (name) => (name === column.name ? value(given) : open)) === "fails",
      )
      .map((check) => `the CHECK ${check.name} forbids ${JSON.stringify(given)}: ${check.expression}`),
    ...(column.domain?.checks ?? [])
      .filter(
        (each) => judge(each, (name) => (name.toLowerCase() === "value" ? value(given) : open)) === "fails",
      )
      .map((each) => `the domain ${column.domain?.name} forbids ${JSON.stringify(given)}: ${each}`),
  ];
  for (const message of failed)
    report(context, {
      code: "L018",
      subject: `${table.name}.${column.name}`,
      message,
      remedy: "write a value that it allows, or alter it",
      path,
    });
}
