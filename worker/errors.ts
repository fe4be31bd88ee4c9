/**
 * Errors without values. What PostgreSQL says in a message may hold a person's data, and graphile-worker stores the
 * texts of errors in its tables: so only SQLSTATE, table and constraint leave a task.
 */

/** What may be said about an error: nothing here holds a value of a row. */
export interface ErrorFacts {
  /** SQLSTATE, or Node's code such as ECONNREFUSED, or the error's name. */
  code: string;
  table?: string;
  constraint?: string;
}

export function factsOf(error: unknown): ErrorFacts {
  if (typeof error !== "object" || error === null) return { code: "unknown" };
  const { schema, table, constraint } = error as Record<string, unknown>;
  const facts: ErrorFacts = { code: codeOf(error) };
  if (isText(table)) facts.table = isText(schema) ? `${schema}.${table}` : table;
  if (isText(constraint)) facts.constraint = constraint;
  return facts;
}

/** As `lethe.record_failure()` takes it: `23503 public.comments comments_author_id_fkey`. */
export function summaryOf(error: unknown): string {
  const { code, table, constraint } = factsOf(error);
  return [code, table, constraint].filter(isText).join(" ");
}

/** The error to throw out of a task: the facts as its message, the places in the code as its stack. */
export function sanitized(error: unknown): Error {
  const clean = new Error(summaryOf(error));
  const places = error instanceof Error ? (error.stack ?? "").match(/^ {4}at .*$/gm) : null;
  clean.stack = [`Error: ${clean.message}`, ...(places ?? [])].join("\n");
  return Object.assign(clean, factsOf(error));
}

function codeOf(error: object): string {
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown };
  if (isText(code)) return code;
  // pg gives no code where the connection is cut while a query runs: the SQLSTATE for that is connection_failure.
  if (
    typeof message === "string" &&
    /^(Connection terminated|Client has encountered a connection)/.test(message)
  )
    return "08006";
  return isText(name) ? name : "unknown";
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
