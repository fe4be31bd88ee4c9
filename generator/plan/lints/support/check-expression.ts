/**
 * Judges a CHECK against values that are about to be written. PostgreSQL prints its expressions fully
 * parenthesised, which keeps the grammar small; whatever is beyond it comes out as "can't tell", never as a guess.
 */
import { type Token, tokenize } from "./tokens.ts";
import { any, apply, cast, compare, is, type Known, type Scalar, UNKNOWN, value } from "./values.ts";

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
      else
        left = left.known && right.known ? value(left.value === false ? right.value : left.value) : UNKNOWN;
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
    for (const more of ["varying", "precision", "without", "with", "time", "zone"])
      if (this.word(more)) name += ` ${more}`;
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
