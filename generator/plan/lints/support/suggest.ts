/** Guesses what a column holds by its name and type: for messages and remedies, never for a decision. */
import type { Column, Table } from "../../../catalog/model.ts";
import { familyOf } from "./types.ts";

const PERSONAL: [RegExp, string][] = [
  [/e_?mail/, "an e-mail address"],
  [/phone|mobile|^fax|_fax/, "a phone number"],
  [/password|passwd|secret|token|api_key|_hash$|^hash$|otp/, "a secret"],
  [
    /^(first|last|middle|full|display|nick|user|given|family|sur|maiden|billing|legal|real)_?name$|^name$|^sur_?name$/,
    "a name",
  ],
  [/address|street|^city$|_city$|^zip|postal|postcode/, "an address"],
  [/(^|_)ip(_|$)/, "a network address"],
  [/birth|(^|_)dob($|_)|gender|(^|_)sex($|_)|nationality|ethnic|religion/, "something about the person"],
  [/location|(^|_)lat(itude)?($|_)|(^|_)(lng|lon|longitude)($|_)|geo/, "a place"],
  [/user_?agent|device|fingerprint/, "a device"],
  [/(^|_)ur[li]($|_)|image|avatar|photo|picture/, "a link or picture"],
  [
    /body|text|comment|message|(^|_)notes?($|_)|(^|_)bio($|_)|about|description|title|content|reason|subject/,
    "free text",
  ],
];

/** What the column seems to hold; null where neither name nor type says anything. */
export function looksPersonal(column: Column): string | null {
  const name = snake(column.name);
  const family = familyOf(column.baseType);
  if (family === "network" || /^macaddr/.test(column.baseType)) return "a network address";
  if (family === "json" || column.baseType === "bytea" || column.baseType === "tsvector")
    return "anything at all";
  const found = PERSONAL.find(([pattern]) => pattern.test(name))?.[1] ?? null;
  return found === "free text" && family !== "text" ? null : found;
}

/** userId → user_id */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^\w]+/g, "_")
    .toLowerCase();
}

/** The builder call that would erase the column, as it is written. */
export function suggestion(table: Table, column: Column): string {
  const notNull = column.notNull || (column.domain?.notNull ?? false);
  const family = familyOf(column.baseType);
  const name = snake(column.name);
  const label = column.enumLabels?.[0];
  if (family === "text" && /e_?mail/.test(name)) return notNull ? "pii.email()" : "pii.null()";
  if (/password|passwd|secret|token/.test(name)) return notNull ? 'secret({ to: "!" })' : "secret()";
  if (!notNull) return "pii.null()";
  if (label !== undefined) return `set(${JSON.stringify(label)})`;
  if (family === "text")
    return isUnique(table, column.name) ? 'pii.template("deleted_{key}")' : 'pii.replace("[deleted]")';
  if (family === "date") return 'pii.truncate("year")';
  if (family === "network") return 'pii.truncate("network")';
  if (family === "array") return "pii.emptyArray()";
  if (family === "json") return 'pii.replace("{}")';
  if (family === "integer" || family === "number") return "pii.replace(0)";
  if (family === "boolean") return "set(false)";
  return 'pii.sql("…")';
}

export function isUnique(table: Table, column: string): boolean {
  return table.indexes.some(
    (index) => index.unique && index.columns.length === 1 && index.columns[0] === column,
  );
}
