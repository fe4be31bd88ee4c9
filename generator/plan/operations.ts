/** What each rule does to its rows under each strategy: the table of classes in DESIGN.md section 3. */
import type {
  AnnotationPath,
  ColumnRule,
  ContentRule,
  Reassign,
  Rows,
  Rule,
  Strategy,
} from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { changesOf, decideColumns } from "./columns.ts";
import { type Decision, type PlanContext, ref, report } from "./context.ts";
import { matchColumns, matchInWords } from "./match.ts";
import type { ColumnChange, KeyPlan, Operation, OwnedRows, ReassignPlan } from "./model.ts";
import { effective, ownedRows } from "./owner.ts";
import { clearedBySoftDelete } from "./person-table.ts";
import { isOrphaned } from "./referenced-by.ts";
import { onlyMoves, rowsUnder } from "./rows-under.ts";

/** Rows of one subject beyond which a rule goes in chunks, unless the annotation says otherwise. */
const HEAVY_ROWS = 50_000;

export type Operations = Record<Strategy, Operation[]>;

const STRATEGIES: Strategy[] = ["anonymize", "hard_delete", "soft_delete"];

export function planRule(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  decision: Decision,
  outer: Rule,
  path: AnnotationPath,
): Operations {
  const rule = effective(outer);
  const table = decision.table;
  const under = (strategy: Strategy): Operation[] => {
    const rows = ownedRows(context, subject, key, table, rule, path, strategy);
    const decided = [
      ...decideColumns(context, table, sharedColumns(decision, rule, strategy), decision.path),
      ...decideColumns(context, table, rule.columns, path),
    ];
    // A person's own columns: what isn't a secret stays under soft_delete.
    const some = rule.class === "part" && strategy === "soft_delete";
    const changes = changesOf(some ? decided.filter(clearedBySoftDelete) : decided);
    return operationsOf({ context, subject: subject.table.name, table, rows, path, rule }, changes, strategy);
  };
  return Object.fromEntries(STRATEGIES.map((strategy) => [strategy, under(strategy)])) as Operations;
}

function operationsOf(base: Base, changes: ColumnChange[], strategy: Strategy): Operation[] {
  const { rule } = base;
  switch (rule.class) {
    case "part":
      if (strategy === "hard_delete") return [operation(base, "delete", [])];
      return changes.length === 0 ? [] : [operation(base, "transform", changes)];
    case "session":
      return [operation(base, "delete", [])];
    case "credential":
    case "mfa":
      return [operation(base, changes.length === 0 ? "delete" : "transform", changes)];
    case "retain":
      return planRetain(base, changes, strategy);
    case "content":
      return planContent(base, changes, rule, strategy);
    case "blocker":
      return [];
  }
}

/**
 * The table's columns are every rule's, unless it names its own. Of several rules, one that only hands rows over or
 * detaches them doesn't erase what is in them: a message to somebody who leaves is still its sender's.
 */
function sharedColumns(
  decision: Decision,
  rule: Rule,
  strategy: Strategy,
): Record<string, ColumnRule> | undefined {
  if (decision.annotation.class !== "table" || rule.columns !== undefined) return undefined;
  const moved = decision.annotation.rules.length > 1 && onlyMoves(rule, strategy);
  return moved ? undefined : decision.annotation.columns;
}

interface Base {
  context: PlanContext;
  /** The subject table's name. */
  subject: string;
  table: Table;
  rows: OwnedRows;
  path: AnnotationPath;
  rule: Rule;
}

function planContent(
  base: Base,
  changes: ColumnChange[],
  rule: ContentRule,
  strategy: Strategy,
): Operation[] {
  const said = typeof rule.rows === "object" && !("action" in rule.rows) ? rule.rows.anonymize : rule.rows;
  if (strategy === "anonymize" && said === undefined && changes.length === 0) {
    report(base.context, {
      code: "L037",
      subject: base.table.name,
      message: "the rule says nothing: no columns, and not what becomes of the rows",
      remedy: 'name columns: { … }, or rows: "delete", "detach", "keep" or reassign(…)',
      path: base.path,
    });
  }
  return rowsOperation(base, rowsUnder(rule, strategy), changes);
}

function rowsOperation(base: Base, rows: Rows, changes: ColumnChange[]): Operation[] {
  if (rows === "keep" || rows === "cascade") return [];
  if (rows === "transform") return changes.length === 0 ? [] : [operation(base, "transform", changes)];
  if (rows === "delete") return [operation(base, "delete", [])];
  if (rows === "detach") return [operation(base, "detach", changes)];
  return [{ ...operation(base, "reassign", changes), reassign: planReassign(base, rows) }];
}

function planRetain(base: Base, changes: ColumnChange[], strategy: Strategy): Operation[] {
  if (strategy === "soft_delete") return [];
  // Rows that belong to the person through a parent stay with that parent, which is itself detached or kept.
  const own = base.rows.owner.by === "column" || base.rows.owner.by === "polymorphic" || isViaSubject(base);
  if (strategy === "hard_delete" && own) return [operation(base, "detach", changes)];
  return changes.length === 0 ? [] : [operation(base, "transform", changes)];
}

export function operation(base: Base, action: Operation["action"], changes: ColumnChange[]): Operation {
  const { rule, rows } = base;
  const content = rule.class === "content" || rule.class === "retain";
  const heavy =
    rule.class === "content" ? (rule.heavy ?? HEAVY_ROWS) : rule.class === "retain" ? HEAVY_ROWS : false;
  return {
    table: ref(base.table),
    rowKey: singleKey(base),
    action,
    rows,
    changes,
    detach: action === "detach" ? ownerColumns(base) : [],
    reassign: null,
    class: rule.class as Operation["class"],
    // What nothing points at any more is erased in the last pass.
    heavy: content && heavy !== false && action !== "reassign" && !isOrphaned(rows) ? heavy : null,
    reason: reasonOf(base),
    path: base.path,
  };
}

function singleKey(base: Base): string | null {
  const key = base.context.catalog.primaryKey(base.table);
  return key?.length === 1 ? (key[0] ?? null) : null;
}

function ownerColumns(base: Base): string[] {
  const owner = base.rows.owner;
  if (owner.by === "column") return [owner.column];
  if (owner.by === "polymorphic") return [owner.type, owner.id];
  if (owner.by === "match") return [owner.column];
  if (owner.by === "via" && isViaSubject(base)) {
    // Of several columns one NULL is enough to point at nobody; those that can't be are shared with other keys.
    const nullable = owner.columns.filter((name) => !base.context.catalog.column(base.table, name)?.notNull);
    return nullable.length === 0 ? owner.columns : nullable;
  }
  report(base.context, {
    code: "L020",
    subject: base.table.name,
    message: "rows can only be detached from an owner that is a column of theirs",
    remedy: 'write rows: "delete" or "keep" here, or give the rule an owner column',
    path: base.path,
  });
  return [];
}

/** The columns that point at the person are the row's own, though they don't hold the key. */
function isViaSubject({ rows: { owner }, subject }: Base): boolean {
  return owner.by === "via" && owner.parent.name === subject;
}

function planReassign(base: Base, rows: Reassign): ReassignPlan {
  const owner = base.rows.owner;
  const to = rows.to;
  if (owner.by !== "column") {
    report(base.context, {
      code: "L020",
      subject: base.table.name,
      message: "rows can only be reassigned where the owner is a column",
      remedy: "give the rule an owner column",
      path: base.path,
    });
  }
  const ghost = "ghost" in to ? base.context.annotation.ghosts[to.ghost] : undefined;
  if ("ghost" in to && ghost === undefined) {
    report(base.context, {
      code: "L038",
      subject: base.table.name,
      message: `there is no ghost ${JSON.stringify(to.ghost)}`,
      remedy: `declare it: ghosts: { ${to.ghost}: { id: "…", … } }`,
      path: base.path,
    });
  }
  return {
    to: "sql" in to ? { sql: to.sql } : { ghostKey: ghostKey(base.context, ghost) },
    column: owner.by === "column" ? owner.column : "",
    orElse: rows.orElse,
    onConflict: rows.onConflict,
    uniques: owner.by === "column" ? uniquesWith(base.table, owner.column) : [],
  };
}

/**
 * Unique indexes in which a change of owner could collide, without those that have an expression or a predicate:
 * there equal columns don't say that two rows collide, and nothing is deleted on a guess.
 */
function uniquesWith(table: Table, owner: string): ReassignPlan["uniques"] {
  return table.indexes
    .filter((index) => index.unique && index.predicate === null && index.columns.includes(owner))
    .filter((index) => index.expressions.length === 0)
    .map((index) => ({
      others: index.columns.flatMap((column) => (column === null || column === owner ? [] : [column])),
      nullsNotDistinct: index.nullsNotDistinct,
    }));
}

function ghostKey(
  context: PlanContext,
  ghost: Record<string, string | number | boolean | null> | undefined,
): string | number {
  const subject = Object.values(context.annotation.tables).find((table) => table.class === "subject");
  const value = subject?.class === "subject" ? ghost?.[subject.key] : undefined;
  return typeof value === "number" || typeof value === "string" ? value : "";
}

function reasonOf(base: Base): string {
  const { rule, rows } = base;
  const parts: string[] = [rule.class];
  const owner = rows.owner;
  if (owner.by === "column") parts.push(`owner ${owner.column}`);
  if (owner.by === "via")
    parts.push(
      isViaSubject(base)
        ? `${owner.columns.join(", ")} holds their ${owner.references.join(", ")}`
        : `via ${owner.parent.table}`,
    );
  if (owner.by === "referenced_by") parts.push(`once nothing points at them, their ${owner.child.table} did`);
  if (owner.by === "match")
    parts.push(
      `${matchColumns(owner).join(" and ")} ${owner.and.length === 0 ? "holds" : "hold"} their ${matchInWords(owner.value)}`,
    );
  if (owner.by === "polymorphic") parts.push(`owner ${owner.type} and ${owner.id}`);
  if (rule.class === "retain") parts.push(`${rule.basis}, ${rule.for} since ${rule.since}`);
  if (rows.option !== null) parts.push(`${rows.option.is ? "when" : "unless"} ${rows.option.option}`);
  return parts.join(", ");
}
