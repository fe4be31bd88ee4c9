/**
 * Checks the statements of a step with PostgreSQL's own parser before they become the body of a procedure. They are
 * parsed alone, so that nothing in them can end the body, and only what changes or reads rows is let through: no
 * transaction control, no settings, no DDL.
 */
import { loadModule, parseSync } from "libpg-query";

export type ParsedStatements =
  | { ok: true /** Names that stand without a table: parameters, or columns. */; bareColumns: string[] }
  | { ok: false; message: string /** In UTF-16 units from 0. */; offset: number };

await loadModule();

const ALLOWED = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CallStmt"];
/** What the body of every emitted routine stands between. */
const QUOTE = "$function$";

export function parseStatements(text: string): ParsedStatements {
  if (text.includes(QUOTE)) return failure(`it contains ${QUOTE}`, text.indexOf(QUOTE));
  if (text.trim() === "") return failure("it is empty", 0);
  const parsed = parse(text);
  if ("message" in parsed) return parsed;
  if (parsed.length === 0) return failure("it is empty", 0);
  const found = { parameter: false, into: false, names: new Set<string>() };
  for (const { stmt, stmt_location: at = 0 } of parsed) {
    const kind = Object.keys(stmt ?? {})[0] ?? "";
    if (!ALLOWED.includes(kind)) return failure(`a step can't ${kindInWords(kind)}`, utf16(text, at));
    collect(stmt, found);
  }
  if (found.parameter)
    return failure("it has a parameter ($1), and nothing would give it a value", text.indexOf("$"));
  if (found.into) return failure("select into makes a table", 0);
  return { ok: true, bareColumns: [...found.names].sort() };
}

function parse(text: string): { stmt?: object; stmt_location?: number }[] | Failure {
  try {
    return parseSync(text).stmts ?? [];
  } catch (error) {
    const details = (error as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails;
    if (details === undefined) return failure(error instanceof Error ? error.message : String(error), 0);
    // The parser counts characters, JavaScript counts UTF-16 units. What it says may quote the text to its end.
    const before = Array.from(text).slice(0, Math.max(0, details.cursorPosition)).join("");
    return failure(details.message.replace(/^(unterminated .*?) at or near [\s\S]*$/, "$1"), before.length);
  }
}

type Failure = Extract<ParsedStatements, { ok: false }>;

function failure(message: string, offset: number): Failure {
  return { ok: false, message, offset };
}

/** Statements' places are counted in bytes. */
function utf16(text: string, bytes: number): number {
  const before = Buffer.from(text, "utf8").subarray(0, bytes).toString("utf8");
  return before.length + (/^\s*/.exec(text.slice(before.length))?.[0].length ?? 0);
}

function kindInWords(kind: string): string {
  if (kind === "TransactionStmt") return "begin or end a transaction";
  if (kind === "VariableSetStmt") return "change settings";
  if (kind === "DoStmt") return "run a do block: put it into a procedure, and call that";
  return `run this kind of statement (${kind.replace(/Stmt$/, "")})`;
}

interface Found {
  parameter: boolean;
  into: boolean;
  names: Set<string>;
}

function collect(node: unknown, found: Found): void {
  if (Array.isArray(node)) for (const item of node) collect(item, found);
  if (node === null || typeof node !== "object" || Array.isArray(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "ParamRef") found.parameter = true;
    if (key === "intoClause") found.into = true;
    if (key === "ColumnRef") {
      const fields = (value as { fields?: { String?: { sval?: string } }[] }).fields ?? [];
      const [first] = fields.map((field) => field.String?.sval);
      if (fields.length === 1 && first !== undefined) found.names.add(first);
    } else collect(value, found);
  }
}
