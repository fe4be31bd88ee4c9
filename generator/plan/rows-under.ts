/** What a rule does to its rows under one strategy, and what follows for the rows below them. */
import type { ContentRule, Rows, Rule, Strategy } from "../annotation/model.ts";

/** `soft_delete` leaves content alone; `hard_delete` deletes, unless the rows are somebody else's too. */
export function rowsUnder(rule: ContentRule, strategy: Strategy): Rows {
  if (strategy === "soft_delete") return "keep";
  const { rows } = rule;
  const whole = typeof rows === "string" || (rows !== undefined && "action" in rows) ? rows : undefined;
  const said = typeof rows === "object" && !("action" in rows) ? rows[strategy] : undefined;
  if (strategy === "anonymize") return said ?? whole ?? "transform";
  const survives = whole === "detach" || whole === "cascade" || typeof whole === "object";
  return said ?? (survives ? whole : "delete");
}

/** Whether the rule takes a person's name off the rows, or puts another's there, and erases nothing in them. */
export function onlyMoves(rule: Rule, strategy: Strategy): boolean {
  if (rule.class !== "content") return false;
  const rows = rowsUnder(rule, strategy);
  return rows === "detach" || typeof rows === "object";
}

/**
 * For whom a rule finds the rows below a parent: under one strategy; under any of them, where too much is only too
 * careful (a blocker). What happens before the strategy has its say, or whatever it is (sessions, soft_delete), goes by
 * what holds under all of them.
 */
export type Under = Strategy | "any";

/**
 * A row that is only handed over or detached stays as it is, with what is below it. Not so where the rule erases
 * columns of its own, or deletes rows that find no heir, or that the heir has already.
 */
export function leavesWhole(rule: Rule, under: Under, allowed: Strategy[]): boolean {
  if (under === "anonymize" || under === "hard_delete") return leaves(rule, under);
  const acting = (["anonymize", "hard_delete"] as const).filter((each) => allowed.includes(each));
  const judged = acting.length === 0 ? (["anonymize", "hard_delete"] as const) : acting;
  return under === "any"
    ? judged.every((each) => leaves(rule, each))
    : judged.some((each) => leaves(rule, each));
}

function leaves(rule: Rule, strategy: Strategy): boolean {
  if (rule.class !== "content" || !onlyMoves(rule, strategy) || rule.columns !== undefined) return false;
  const rows = rowsUnder(rule, strategy);
  return typeof rows !== "object" || (rows.orElse !== "delete" && rows.onConflict !== "delete");
}

/**
 * Whether a rule says that rows are somebody's: it erases something in them, keeps them on a basis, or counts them as what
 * the person has. A row that only bears a name, which is kept, taken off or replaced, is not that person's.
 */
export function claimsRows(rule: Rule, allowed: Strategy[]): boolean {
  if (rule.class !== "content") return true;
  return allowed.some(
    (each) => each !== "soft_delete" && rowsUnder(rule, each) !== "keep" && !leaves(rule, each),
  );
}
