/** The class table of the design: what a rule does to its rows under each strategy. */
import type {
  ColumnRule,
  Rows,
  Rule,
  Strategy,
  TableAnnotation,
} from "../../../generator/annotation/model.ts";
import { holds, pickColumns } from "./rows.ts";
import type { Row } from "./state.ts";

export type Fate = Rows;

/** A blocker's rows are those of its `otherwise`, once nothing blocks. */
export function effective(rule: Rule): Rule {
  if (rule.class !== "blocker") return rule;
  return rule.otherwise === undefined
    ? { class: "content", owner: rule.owner, rows: { anonymize: "keep", hard_delete: "keep" } }
    : { ...rule.otherwise, owner: rule.otherwise.owner ?? rule.owner };
}

/** One line of the class table. */
export function fateOf(table: TableAnnotation, rule: Rule, strategy: Strategy) {
  const moved = moves(rowsOf(rule, strategy)) && table.rules.length > 1;
  const columns = rule.columns ?? (moved ? {} : (table.columns ?? {}));
  const changing = Object.values(columns).some((each) => each.action !== "keep" && each.action !== "todo");
  const fate = (what: Fate) => ({ fate: what, columns });
  switch (rule.class) {
    case "part":
      if (strategy === "hard_delete") return fate("delete");
      return { fate: "transform" as Fate, columns: ofPerson(columns, strategy) };
    case "session":
      return fate("delete");
    case "credential":
    case "mfa":
      return fate(changing ? "transform" : "delete");
    case "retain":
      if (strategy === "soft_delete") return fate("keep");
      return fate(
        strategy === "hard_delete" && (rule.owner?.by === "column" || rule.owner?.by === "polymorphic")
          ? "detach"
          : "transform",
      );
    case "content":
      return fate(rowsOf(rule, strategy));
    default:
      return fate("keep");
  }
}

/** Of several rules for one row the strongest has its way; a cascade takes the row as a delete does. */
export function strongest(fates: Fate[]): Fate | undefined {
  const strength = (fate: Fate) =>
    typeof fate === "object"
      ? 3
      : ["keep", "detach", "", "reassign", "transform", "cascade", "delete"].indexOf(fate);
  return [...fates].sort((a, b) => strength(b) - strength(a))[0];
}

/** Which of a person's own columns change: under soft_delete what is secret, and what is said to. */
export function ofPerson(
  columns: Record<string, ColumnRule>,
  strategy: Strategy,
): Record<string, ColumnRule> {
  return strategy === "anonymize"
    ? columns
    : pickColumns(columns, (rule) => rule.secret === true || rule.mfa === true || rule.onSoftDelete === true);
}

/** What a rule of content says of its rows. */
function rowsOf(rule: Rule, strategy: Strategy): Fate {
  if (rule.class !== "content" || strategy === "soft_delete") return "keep";
  const { rows } = rule;
  const whole = typeof rows === "string" || (rows !== undefined && "action" in rows) ? rows : undefined;
  const each = typeof rows === "object" && !("action" in rows) ? rows : {};
  if (strategy === "anonymize") return each.anonymize ?? whole ?? "transform";
  // The rows go, unless they are somebody else's too.
  const moved = whole === "detach" || whole === "cascade" || typeof whole === "object" ? whole : undefined;
  return each.hard_delete ?? moved ?? "delete";
}

function moves(rows: Fate): boolean {
  return rows === "detach" || typeof rows === "object";
}

/** Detached or handed over, nothing in it erased, and never deleted instead. */
export function isWhole(rule: Rule, strategy: Strategy): boolean {
  const rows = rowsOf(rule, strategy);
  if (!moves(rows) || rule.columns !== undefined) return false;
  return typeof rows !== "object" || (rows.orElse !== "delete" && rows.onConflict !== "delete");
}

/** A rule that only keeps, detaches or hands rows over doesn't make them somebody's; all others do. */
export function claims(rule: Rule, strategies: Strategy[]): boolean {
  if (rule.class !== "content") return true;
  const acting = strategies.filter((each) => each !== "soft_delete");
  return acting.some((each) => rowsOf(rule, each) !== "keep" && !isWhole(rule, each));
}

/** What one rule does to one row. */
export interface Act {
  table: string;
  row: Row;
  rule: Rule;
  fate: Fate;
  columns: Record<string, ColumnRule>;
}

const NOTHING_LEFT: ColumnRule["action"][] = ["null"];
const NOBODYS: ColumnRule["action"][] = ["email", "literal", "template", "empty_array"];

/** The columns in which an act has its way beside the others for its row; `stronger`: those that come before all of them. */
export function settled(act: Act, acts: Act[], stronger: Act[] = []): Record<string, ColumnRule> {
  const rank = (each: Act, rule: ColumnRule) => [
    stronger.includes(each) ? 1 : 0,
    each.fate === "transform" ? 2 : typeof each.fate === "object" ? 1 : 0,
    NOTHING_LEFT.includes(rule.action) ? 2 : NOBODYS.includes(rule.action) ? 1 : 0,
    acts.indexOf(each),
  ];
  const changing = (rule: ColumnRule | undefined): rule is ColumnRule =>
    rule !== undefined && rule.action !== "keep" && rule.action !== "todo";
  const still: Fate[] = ["keep", "cascade", "delete"];
  const others = [...acts, ...stronger].filter(
    (each) => each !== act && each.row === act.row && !still.includes(each.fate),
  );
  return pickColumns(act.columns, (mine, name) => {
    return !others.some((other) => {
      const theirs = other.columns[name];
      if (!changing(theirs) || JSON.stringify(theirs) === JSON.stringify(mine)) return false;
      if ("unless" in theirs && theirs.unless !== undefined && holds(theirs.unless, act.row)) return false;
      const [own, others] = [rank(act, mine), rank(other, theirs)];
      const at = own.findIndex((each, place) => each !== others[place]);
      return at !== -1 && (others[at] ?? 0) > (own[at] ?? 0);
    });
  });
}
