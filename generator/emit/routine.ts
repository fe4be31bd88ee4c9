/** The frame of every emitted function and procedure: pinned search_path, row_security off, comment. */
import type { Plan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { type DatabaseObject, indent } from "./text.ts";

export interface Routine {
  kind: "function" | "procedure";
  /** Without schema. */
  name: string;
  parameters: { name: string; type: string }[];
  returns?: string;
  /** Which a name means that is both; a variable where nothing is said. */
  conflict?: "use_column";
  volatility?: "stable" | "immutable";
  securityDefiner?: boolean;
  /** `declare` lines, without the keyword. */
  declare?: string[];
  /** For language sql: the statement; for plpgsql: what stands between begin and end. */
  body: string;
  language?: "sql" | "plpgsql";
  /** In SQL, reading nothing: no settings of its own, so that PostgreSQL puts it in its caller's place. */
  inlined?: boolean;
  /** The body as it was written, not indented: a text in it may span lines. */
  verbatim?: boolean;
  comment: string;
  roles?: string[];
}

export function routine(plan: Plan, made: Routine): DatabaseObject {
  const language = made.language ?? "plpgsql";
  const types = made.parameters.map((each) => each.type).join(", ");
  const name = `lethe.${ident(made.name)}`;
  const parameters = made.parameters.map((each) => `${each.name} ${each.type}`).join(", ");
  const lines = [
    `create or replace ${made.kind} ${name}(${parameters})${made.returns === undefined ? "" : ` returns ${made.returns}`}`,
    `language ${language}`,
    ...(made.volatility === undefined ? [] : [made.volatility]),
    ...(made.securityDefiner ? ["security definer"] : []),
    ...(made.inlined === true ? [] : settings(plan)),
    "as $function$",
    ...(language === "sql" ? [made.verbatim ? made.body : indent(made.body, 2)] : plpgsql(made)),
    "$function$;",
    `comment on ${made.kind} ${name}(${types}) is ${literal(made.comment)};`,
  ];
  return { object: `${made.kind} ${name}(${types})`, definition: lines.join("\n"), roles: made.roles };
}

function settings(plan: Plan): string[] {
  return [
    `set search_path = ${searchPath(plan)}`,
    // The owner must see every row: a policy then raises an error instead of hiding what should be erased.
    "set row_security = off",
    // Plans are kept as long as a session lives: one made while a table was small must not read it whole once it has
    // grown, and the cost of an erasure must not grow with what is stored.
    "set enable_seqscan = off",
    "set plan_cache_mode = force_generic_plan",
  ];
}

function plpgsql(made: Routine): string[] {
  const declare =
    made.declare === undefined || made.declare.length === 0
      ? []
      : ["declare", indent(made.declare.join("\n"), 2)];
  return [
    `#variable_conflict ${made.conflict ?? "use_variable"}`,
    ...declare,
    "begin",
    indent(made.body, 2),
    "end",
  ];
}

/** The application's triggers inherit it, and often use unqualified names; pg_temp stands last, so that nothing is planted. */
export function searchPath(plan: Plan): string {
  return [
    "pg_catalog",
    ...plan.access.searchPath.filter((each) => each !== "pg_catalog").map(ident),
    "pg_temp",
  ].join(", ");
}
