/**
 * Checks the pieces of SQL that people write in an annotation (`where`, `unless`, `currentUser` …) with PostgreSQL's
 * own parser, before they are pasted into a function. A fragment must be one expression and nothing more: a stray
 * parenthesis or comment would silently change the statement around it.
 */
import { loadModule, parseSync, scanSync } from "libpg-query";

export type ParsedExpression =
  | {
      ok: true /** Columns named as `t.x`. */;
      columns: string[] /** Columns named without a table. */;
      bareColumns: string[];
    }
  | { ok: false; message: string /** Where in the text, counted in UTF-16 units from 0. */; offset: number };

// The parser is WebAssembly: loaded once here, so that everything after it can be plain, synchronous code.
await loadModule();

const PREFIX = "select (\n";

/** Parses one SQL expression; `t` is the row of the table it is about. */
export function parseExpression(text: string): ParsedExpression {
  if (text.trim() === "") return failure("it is empty", 0);
  // In parentheses nothing but an expression fits; bare, `a) or (b` doesn't. Only what passes both is one expression.
  const wrapped = parse(PREFIX, text, "\n)");
  if (!wrapped.ok) return wrapped;
  const bare = parse("select\n", text, "\n");
  if (!bare.ok) {
    if (/^\s*(select|with|values|table)\b/i.test(text))
      return failure("a subquery needs parentheses around it", 0);
    return bare;
  }
  if (bare.targets !== 1)
    return failure(`expected one expression, found ${bare.targets} with commas between`, 0);
  if (scanSync(text).tokens.at(-1)?.tokenName === "SQL_COMMENT") {
    return failure("it ends in a comment, which would swallow the SQL behind it", text.lastIndexOf("--"));
  }
  const found = { columns: new Set<string>(), bareColumns: new Set<string>(), parameter: false };
  collect(wrapped.tree, found);
  if (found.parameter)
    return failure("it has a parameter ($1), and nothing would give it a value", text.indexOf("$"));
  return { ok: true, columns: [...found.columns].sort(), bareColumns: [...found.bareColumns].sort() };
}

/** The tree of one expression as PostgreSQL's parser sees it; null where it is none. */
export function expressionTree(text: string): unknown {
  const parsed = parse(PREFIX, text, "\n)");
  if (!parsed.ok) return null;
  const { SelectStmt: select } = parsed.tree as { SelectStmt: { targetList?: unknown[] } };
  return select.targetList?.[0] ?? null;
}

type Parsed = { ok: true; tree: unknown; targets: number } | Extract<ParsedExpression, { ok: false }>;

function parse(prefix: string, text: string, suffix: string): Parsed {
  try {
    const statements = parseSync(prefix + text + suffix).stmts ?? [];
    const statement = statements[0]?.stmt;
    if (statements.length !== 1 || !statement || !("SelectStmt" in statement)) {
      return failure("expected one expression, found several statements", Math.max(0, text.indexOf(";")));
    }
    return { ok: true, tree: statement, targets: statement.SelectStmt.targetList?.length ?? 0 };
  } catch (error) {
    return fromParser(error, prefix, text);
  }
}

function fromParser(error: unknown, prefix: string, text: string): Extract<ParsedExpression, { ok: false }> {
  const details = (error as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails;
  if (!details) return failure(error instanceof Error ? error.message : String(error), 0);
  // An error behind the text is about what was put around it: a stray ")" that nobody wrote.
  const ended =
    !details.message.startsWith("unterminated") &&
    details.cursorPosition >= Array.from(prefix + text.trimEnd()).length;
  if (ended) return failure("it ends before it is complete", 0);
  // The parser counts characters, JavaScript counts UTF-16 units.
  const before = Array.from(prefix + text).slice(0, Math.max(0, details.cursorPosition));
  // "unterminated quoted string at or near …" quotes to the end, and so what was put around the text.
  const message = details.message.replace(/^(unterminated .*?) at or near [\s\S]*$/, "$1");
  return failure(message, Math.min(text.length, Math.max(0, before.join("").length - prefix.length)));
}

function failure(message: string, offset: number): Extract<ParsedExpression, { ok: false }> {
  return { ok: false, message, offset };
}

interface Found {
  columns: Set<string>;
  bareColumns: Set<string>;
  parameter: boolean;
}

function collect(node: unknown, found: Found): void {
  if (Array.isArray(node)) for (const item of node) collect(item, found);
  if (node === null || typeof node !== "object" || Array.isArray(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "ParamRef") found.parameter = true;
    else if (key === "ColumnRef") addColumn(value as ColumnRef, found);
    else collect(value, found);
  }
}

interface ColumnRef {
  fields?: { String?: { sval?: string } }[];
}

function addColumn(ref: ColumnRef, found: Found): void {
  const names = (ref.fields ?? []).map((field) => field.String?.sval);
  const [first, second] = names;
  if (names.length === 1 && first !== undefined) found.bareColumns.add(first);
  if (names.length >= 2 && first === "t" && second !== undefined) found.columns.add(second);
}
