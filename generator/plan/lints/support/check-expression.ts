/**
 * Judges a CHECK against values that are about to be written. PostgreSQL prints its expressions fully
 * parenthesised, which keeps the grammar small; whatever is beyond it comes out as "can't tell", never as a guess.
 */
import { type Token, tokenize } from "./tokens.ts";

/** A value as far as it is known. Booleans, numbers and texts compare as JavaScript's do. */
export type Known =
  | { known: true; value: Scalar }
  | { known: false; notNull: boolean };
export type Scalar = string | number | boolean | null | Scalar[];

const UNKNOWN: Known = { known: false, notNull: false };
const value = (known: Scalar): Known => ({ known: true, value: known });

class Beyond extends Error {}

/** "fails" and "passes" are certain; NULL passes, as in PostgreSQL. */
export function judge(expression: string, columns: (name: string) => Known): "passes" | "fails" | "unknown" {
  try {
    const reader = new Reader(tokenize(expression), columns);
    const result = reader.or();
    if (!reader.done() || !result.known) return "unknown";
    return result.value === false ? "fails" : "passes";
  } catch (error) {
    if (error instanceof Beyond || error instanceof SyntaxError) return "unknown";
    throw error;
  }
}

class Reader {
  private at = 0;
  private readonly tokens: Token[];
  private readonly columns: (name: string) => Known;
  constructor(tokens: Token[], columns: (name: string) => Known) {
    this.tokens = tokens;
    this.columns = columns;
  }

  done(): boolean {
    return this.at >= this.tokens.length;
  }

  or(): Known {
    let left = this.and();
    while (this.word("or")) {
      const right = this.and();
      if (is(left, true) || is(right, true)) left = value(true);
      else left = left.known && right.known ? value(left.value === false ? right.value : left.value) : UNKNOWN;
    }
    return left;
  }

  private and(): Known {
    let left = this.not();
    while (this.word("and")) {
      const right = this.not();
      if (is(left, false) || is(right, false)) left = value(false);
      else left = left.known && right.known ? value(left.value === true ? right.value : left.value) : UNKNOWN;
    }
    return left;
  }

  private not(): Known {
    if (!this.word("not")) return this.comparison();
    const inner = this.not();
    if (!inner.known) return inner;
    return value(inner.value === null ? null : !inner.value);
  }

  private comparison(): Known {
    const left = this.operand();
    if (this.word("is")) return this.test(left);
    const operator = this.tokens[this.at];
    if (operator?.kind !== "operator") return left;
    this.at++;
    if (this.word("any")) {
      this.symbol("(");
      const list = this.or();
      this.symbol(")");
      return any(left, operator.text, list);
    }
    const right = this.operand();
    return compare(left, operator.text, right);
  }

  private test(left: Known): Known {
    const negated = this.word("not");
    if (!this.word("null")) throw new Beyond();
    if (left.known) return value((left.value === null) !== negated);
    return left.notNull ? value(negated) : UNKNOWN;
  }

  private operand(): Known {
    let result = this.primary();
    while (this.maybe("::")) result = cast(result, this.type());
    return result;
  }

  private primary(): Known {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Beyond();
    this.at++;
    if (token.kind === "string") return value(token.text);
    if (token.kind === "number") return value(Number(token.text));
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.or();
      this.symbol(")");
      return inner;
    }
    if (token.kind !== "name") throw new Beyond();
    const word = token.quoted ? null : token.text.toLowerCase();
    if (word === "true" || word === "false") return value(word === "true");
    if (word === "null") return value(null);
    if (word === "array") return this.list("[", "]", (items) => value(items));
    if (word === "case" || word === "row" || word === "interval") throw new Beyond();
    if (this.peek("(")) return this.call(word ?? "");
    return this.columns(token.text);
  }

  private list(open: string, close: string, make: (items: Scalar[]) => Known): Known {
    const items = this.items(open, close);
    return items.every((item) => item.known) ? make(items.map((item) => item.value)) : UNKNOWN;
  }

  private items(open: string, close: string): Known[] {
    this.symbol(open);
    const items: Known[] = [];
    if (this.maybe(close)) return items;
    do items.push(this.or());
    while (this.maybe(","));
    this.symbol(close);
    return items;
  }

  private call(name: string): Known {
    return apply(name, this.items("(", ")"));
  }

  /** `character varying(20)[]`, `numeric(10,2)`, `"schema"."type"` */
  private type(): string {
    let name = this.name();
    while (this.maybe(".")) name = this.name();
    for (const more of ["varying", "precision", "without", "with", "time", "zone"]) if (this.word(more)) name += ` ${more}`;
    if (this.peek("(")) this.items("(", ")");
    let array = "";
    while (this.maybe("[")) {
      this.symbol("]");
      array = "[]";
    }
    return name + array;
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.kind !== "name") throw new Beyond();
    return token.text;
  }

  private word(wanted: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "name" || token.quoted || token.text.toLowerCase() !== wanted) return false;
    this.at++;
    return true;
  }

  private peek(symbol: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "symbol" && token.text === symbol;
  }

  private maybe(symbol: string): boolean {
    if (!this.peek(symbol)) return false;
    this.at++;
    return true;
  }

  private symbol(wanted: string): void {
    if (!this.maybe(wanted)) throw new Beyond();
  }
}

function is(known: Known, wanted: boolean): boolean {
  return known.known && known.value === wanted;
}

function cast(from: Known, type: string): Known {
  if (!from.known || from.value === null) return from;
  const scalar = type.replace(/\[\]$/, "");
  if (/^(text|character|character varying|bpchar|varchar|name)$/.test(scalar)) return from;
  if (/^(smallint|integer|bigint|numeric|real|double precision)$/.test(scalar)) {
    return typeof from.value === "string" ? value(Number(from.value)) : from;
  }
  // An enum's label is its text; of dates and the like only equality could be told, and not safely.
  return /^(date|time|interval|inet|cidr|json|uuid|bytea|citext)/.test(scalar) ? UNKNOWN : from;
}

function apply(name: string, items: Known[]): Known {
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

function any(left: Known, operator: string, list: Known): Known {
  if (!list.known || !Array.isArray(list.value) || !left.known) return UNKNOWN;
  const results = list.value.map((item) => compare(left, operator, value(item)));
  if (results.some((result) => is(result, true))) return value(true);
  if (results.some((result) => !result.known)) return UNKNOWN;
  return value(results.some((result) => result.known && result.value === null) ? null : false);
}

function compare(left: Known, operator: string, right: Known): Known {
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
  if (pattern.startsWith("***") || /^\(\?[a-z]/.test(pattern) || /\\[mMyYAZ0-9]|\[\[[.=]/.test(pattern)) return null;
  const classes: Record<string, string> = { alpha: "A-Za-z", digit: "0-9", alnum: "A-Za-z0-9", lower: "a-z", upper: "A-Z", space: "\\s", word: "\\w" };
  const source = pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole);
  return source.includes("[:") ? null : source;
}
