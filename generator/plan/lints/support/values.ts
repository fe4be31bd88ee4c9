/** Values that are known, or of which is only known whether they are NULL, and what operators make of them. */

/** A value as far as it is known. Booleans, numbers and texts compare as JavaScript's do. */
export type Known = { known: true; value: Scalar } | { known: false; notNull: boolean };
export type Scalar = string | number | boolean | null | Scalar[];

export const UNKNOWN: Known = { known: false, notNull: false };
export const value = (known: Scalar): Known => ({ known: true, value: known });

export function is(known: Known, wanted: boolean): boolean {
  return known.known && known.value === wanted;
}

export function cast(from: Known, type: string): Known {
  if (!from.known || from.value === null) return from;
  const scalar = type.replace(/\[\]$/, "");
  if (/^(text|character|character varying|bpchar|varchar|name)$/.test(scalar)) return from;
  if (/^(smallint|integer|bigint|numeric|real|double precision)$/.test(scalar)) {
    return typeof from.value === "string" ? value(Number(from.value)) : from;
  }
  // An enum's label is its text; of dates and the like only equality could be told, and not safely.
  return /^(date|time|interval|inet|cidr|json|uuid|bytea|citext)/.test(scalar) ? UNKNOWN : from;
}

export function apply(name: string, items: Known[]): Known {
  if (name === "num_nonnulls" || name === "num_nulls") {
    const nulls = items.map((item) => (item.known ? item.value === null : item.notNull ? false : null));
    if (nulls.includes(null)) return UNKNOWN;
    return value(nulls.filter((isNull) => isNull === (name === "num_nulls")).length);
  }
  if (name === "coalesce") {
    const first = items.find((item) => !item.known || item.value !== null);
    return first ?? value(null);
  }
  const [only] = items;
  if (items.length !== 1 || only === undefined || !only.known) return UNKNOWN;
  const known = FUNCTIONS[name];
  if (known === undefined) return UNKNOWN;
  if (only.value === null) return value(null);
  return typeof only.value === "string" ? value(known(only.value)) : UNKNOWN;
}

const characters = (text: string): number => [...text].length;
const FUNCTIONS: Record<string, (text: string) => Scalar> = {
  length: characters,
  char_length: characters,
  character_length: characters,
  octet_length: (text) => Buffer.byteLength(text),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  btrim: (text) => text.replace(/^ +| +$/g, ""),
};

export function any(left: Known, operator: string, list: Known): Known {
  if (!list.known || !Array.isArray(list.value) || !left.known) return UNKNOWN;
  const results = list.value.map((item) => compare(left, operator, value(item)));
  if (results.some((result) => is(result, true))) return value(true);
  if (results.some((result) => !result.known)) return UNKNOWN;
  return value(results.some((result) => result.known && result.value === null) ? null : false);
}

export function compare(left: Known, operator: string, right: Known): Known {
  // Every operator here is strict: NULL on one side is enough.
  if ((left.known && left.value === null) || (right.known && right.value === null)) return value(null);
  if (!left.known || !right.known) return UNKNOWN;
  const [a, b] = [left.value, right.value];
  if (typeof a !== typeof b || Array.isArray(a) || Array.isArray(b)) return UNKNOWN;
  if (operator === "=") return value(a === b);
  if (operator === "<>") return value(a !== b);
  if (typeof a === "number" && typeof b === "number") return numbers(a, operator, b);
  if (typeof a === "string" && typeof b === "string") return patterns(a, operator, b);
  return UNKNOWN;
}

function numbers(a: number, operator: string, b: number): Known {
  if (Number.isNaN(a) || Number.isNaN(b)) return UNKNOWN;
  const results: Record<string, boolean> = { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b };
  const result = results[operator];
  return result === undefined ? UNKNOWN : value(result);
}

function patterns(text: string, operator: string, pattern: string): Known {
  const match = /^(!?)(~~?)(\*?)$/.exec(operator);
  if (match === null) return UNKNOWN;
  const source = match[2] === "~~" ? likeSource(pattern) : regexSource(pattern);
  if (source === null) return UNKNOWN;
  const found = new RegExp(source, `s${match[3] === "*" ? "i" : ""}`).test(text);
  return value(found !== (match[1] === "!"));
}

function likeSource(pattern: string): string {
  const parts = pattern.match(/\\[\s\S]|[\s\S]/g) ?? [];
  const body = parts.map((part) => {
    if (part === "%") return ".*";
    if (part === "_") return ".";
    return part.replace(/^\\(?=[\s\S])/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return `^${body.join("")}$`;
}

/** PostgreSQL's dialect where it is JavaScript's too; null where it isn't. */
function regexSource(pattern: string): string | null {
  if (pattern.startsWith("***") || /^\(\?[a-z]/.test(pattern) || /\\[mMyYAZ0-9]|\[\[[.=]/.test(pattern))
    return null;
  const classes: Record<string, string> = {
    alpha: "A-Za-z",
    digit: "0-9",
    alnum: "A-Za-z0-9",
    lower: "a-z",
    upper: "A-Z",
    space: "\\s",
    word: "\\w",
  };
  const source = pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole);
  return source.includes("[:") ? null : source;
}
