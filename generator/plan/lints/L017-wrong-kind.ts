/** L017: a fixed value that isn't one of the column's type, or a label that its enum lacks. */
import type { Column } from "../../catalog/model.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { familyOf, greatest } from "./support/types.ts";
import { columnChanges } from "./support/updates.ts";

type Value = string | number | boolean;

export const wrongKind: Lint = (plan, context) => {
  for (const { table, change, path } of columnChanges(plan, context)) {
    const column = context.catalog.column(table, change.column);
    if (change.transform.action !== "literal" || column === undefined) continue;
    const expected = expectation(column, change.transform.value);
    if (expected === null) continue;
    report(context, {
      code: "L017",
      subject: `${table.name}.${change.column}`,
      message: `${JSON.stringify(change.transform.value)} is no value of type ${column.type}`,
      remedy: `write ${expected}`,
      path,
    });
  }
};

/** What would fit; null where the value does, or where there is no telling. */
function expectation(column: Column, value: Value): string | null {
  if (column.enumLabels !== null) {
    const labels = column.enumLabels.map((label) => JSON.stringify(label)).join(", ");
    return column.enumLabels.includes(String(value)) ? null : `one of ${labels}`;
  }
  const family = familyOf(column.baseType);
  const text = typeof value === "string" ? value.trim() : null;
  const fits = (pattern: RegExp) => text !== null && pattern.test(text);
  switch (family) {
    case "integer":
      return isInteger(value, greatest(column.baseType))
        ? null
        : "a whole number in the type's range, such as 0";
    case "number":
      return typeof value === "number" || fits(/^[-+]?(\d|\.\d|NaN|Infinity)/i)
        ? null
        : "a number, such as 0";
    case "boolean":
      return typeof value === "boolean" || fits(/^(t|true|f|false|y|yes|n|no|on|off|0|1)$/i)
        ? null
        : "true or false";
    case "uuid":
      return fits(/^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i)
        ? null
        : 'a uuid, such as "00000000-0000-0000-0000-000000000000"';
    case "date":
      return fits(/\d|^-?infinity$|^(epoch|now|today|tomorrow|yesterday)$/i)
        ? null
        : 'a date, such as "1900-01-01"';
    case "time":
      return fits(/\d|^(now|allballs)$/i) ? null : 'a time, such as "00:00"';
    case "network":
      return fits(/^[\d:][\da-f.:/]*$/i) ? null : 'an address, such as "0.0.0.0"';
    case "json":
      return typeof value === "string" && isJson(value) ? null : 'JSON as text, such as "{}"';
    case "array":
      return fits(/^[[{]/) ? null : 'pii.emptyArray(), or an array as text, such as "{}"';
    default:
      return null;
  }
}

function isInteger(value: Value, max: bigint): boolean {
  if (typeof value === "boolean") return false;
  if (typeof value === "number" && !Number.isInteger(value)) return false;
  const text = String(value).trim();
  if (!/^[-+]?\d+$/.test(text)) return false;
  const number = BigInt(text.replace(/^\+/, ""));
  return number <= max && number >= -max - 1n;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
