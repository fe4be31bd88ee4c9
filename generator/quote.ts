/**
 * The one place that turns names and values into SQL text. Every emitted identifier and literal passes through
 * here, so that a table called `"order"` or a value with a quote in it can't change what a statement means.
 */
import { QuoteUtils } from "@pgsql/quotes";

/** A name, bare where PostgreSQL reads it back unchanged, quoted otherwise (every keyword that isn't unreserved). */
export function ident(name: string): string {
  assertStorable(name);
  if (name === "") throw new Error("an SQL name can't be empty");
  return QuoteUtils.quoteIdentifier(name);
}

/** `schema.name`; both parts are quoted by the same strict rule, so that either may be reused alone. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/** A value as an SQL literal. Strings use E'' only where a backslash asks for it. */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return numberLiteral(value);
  assertStorable(value);
  // Not formatEString: it leaves `\\x41` bare, which only reads back right while standard_conforming_strings is on.
  return value.includes("\\") ? `E'${QuoteUtils.escapeEString(value)}'` : QuoteUtils.escape(value);
}

/** A dollar-quoted string; the tag grows until the text doesn't contain it. */
export function dollar(text: string, tag = ""): string {
  assertStorable(text);
  let candidate = tag;
  // A text ending in "$" would merge with the closing delimiter, hence the check on the joined string.
  for (let n = 1; `${text}$`.includes(`$${candidate}$`); n++) candidate = `${tag || "q"}${n}`;
  return `$${candidate}$${text}$${candidate}$`;
}

/** Splits the catalog's unquoted `schema.table` at its first dot: schemas with dots in their names aren't supported. */
export function splitName(name: string): { schema: string; name: string } {
  const dot = name.indexOf(".");
  if (dot <= 0 || dot === name.length - 1) throw new Error(`"${name}" is not of the form schema.table`);
  return { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) return `'${value}'::float8`;
  // Parenthesised: `-1::text` would otherwise be read as -(1::text), and `--1` as a comment.
  return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
}

function assertStorable(text: string): void {
  if (text.includes("\u0000")) throw new Error("PostgreSQL can't hold a NUL character in a name or a text");
}
