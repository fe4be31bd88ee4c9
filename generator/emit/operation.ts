/** One operation of the plan as SQL: the statement, its probe, its count, its look and its chunk. */
import type { KeyPlan, Operation, OwnedRows, ReassignPlan } from "../plan/model.ts";
import { isOrphaned } from "../plan/referenced-by.ts";
import { ident, literal } from "../quote.ts";
import { isLast, lockOrphans, orphanedBy } from "./orphans.ts";
import { castKeys, ownedBy, ownerKey, type Subjects } from "./owner.ts";
import { column, indent, table } from "./text.ts";
import { type ChangeSql, changeSql } from "./value.ts";

interface Parts {
  changes: ChangeSql[];
  /** Rows of the subjects … */
  owned: string[];
  /** … that still need something done; null where every owned row does. */
  guard: string | null;
}

/** `looking`: before anything is erased, when what may be orphaned still is pointed at. */
function partsOf(operation: Operation, key: KeyPlan, subjects: Subjects, looking = false): Parts {
  const rowsOf = (rows: OwnedRows) =>
    isOrphaned(rows) && !looking ? orphanedBy(operation.table, rows, subjects) : ownedBy(rows, subjects);
  const owned = rowsOf(operation.rows);
  const keys = {
    id: ownerKey(operation.rows.owner, "t", key),
    key: operation.rowKey === null ? null : column(operation.rowKey),
  };
  const changes = operation.changes.map((change) =>
    changeSql(
      change,
      keys,
      change.yieldsTo.map(({ rows, unless }) =>
        [...rowsOf(rows), ...(unless === null ? [] : [`(${unless.trim()}) is not true`])].join(" and "),
      ),
    ),
  );
  return {
    changes,
    owned,
    guard: operation.action === "transform" ? anyOf(changes.map((each) => each.guard)) : null,
  };
}

/** The comment above each of its statements. */
export function title({ table: ref, action, reason }: Operation): string {
  return `-- ${ref.name}: ${action} (${reason})`;
}

export function anyOf(guards: string[]): string {
  return guards.length === 1 ? (guards[0] as string) : `(\n${indent(guards.join("\nor "), 2)}\n)`;
}

/** Conditions under a `where`, which stands at the left edge. */
export function allOf(conditions: string[]): string {
  const [first = "true", ...rest] = conditions;
  return [first, ...rest.map((each) => indent(each, 2).trimStart())].join("\n  and ");
}

/** The statements that do it, for all subjects at once; `told`: parts of a WITH that write down what goes. */
export function statement(
  operation: Operation,
  key: KeyPlan,
  subjects: Subjects,
  told: string[] = [],
): string {
  const { changes, owned, guard } = partsOf(operation, key, subjects);
  // A part is written even where nothing changes: whoever writes to the row meanwhile then meets a newer one.
  const where = allOf(guard === null || operation.class === "part" ? owned : [...owned, guard]);
  const name = table(operation.table);
  const telling = told.length === 0 ? "" : `with ${told.join(", ")}\n`;
  const before = isLast(operation) ? `${lockOrphans(operation, where)}\n${telling}` : telling;
  if (operation.action === "delete") return `${before}delete from ${name} t\nwhere ${where};`;
  if (operation.action === "reassign") return reassignSql(operation, changes, owned, subjects);
  const detached = operation.detach.map((each) => `${ident(each)} = null`);
  return `${before}update ${name} t\nset ${assignments([...changes.map((each) => each.assignment), ...detached])}\nwhere ${where};`;
}

export function assignments(list: string[]): string {
  return list.map((each) => each.replace(/\n/g, "\n    ")).join(",\n    ");
}

function reassignSql(
  operation: Operation,
  changes: ChangeSql[],
  owned: string[],
  subjects: Subjects,
): string {
  const plan = operation.reassign;
  if (plan === null) throw new Error("a reassign operation has a reassign plan");
  const name = table(operation.table);
  const where = allOf(owned);
  const heir = heirOf(plan, subjects);
  const statements: string[] = [];
  if ("sql" in plan.to && plan.orElse === "delete") {
    statements.push(`delete from ${name} t\nwhere ${where}\n  and ${heir} is null;`);
  }
  if ("sql" in plan.to && plan.orElse === "error") {
    statements.push(
      `if exists (\n  select from ${name} t\n  where ${where.replace(/\n/g, "\n  ")}\n    and ${heir} is null\n) then\n` +
        `  perform lethe.refuse('LT003', null, ${literal(`nobody to hand rows of ${operation.table.name} to`)});\nend if;`,
    );
  }
  if (plan.onConflict === "delete") {
    statements.push(...plan.uniques.flatMap((unique) => conflicts(operation, plan, unique, where, subjects)));
  }
  const set = assignments([...changes.map((each) => each.assignment), `${ident(plan.column)} = ${heir}`]);
  statements.push(`update ${name} t\nset ${set}\nwhere ${where};`);
  return statements.join("\n");
}

/**
 * Rows can't be handed to somebody who is leaving in the same batch, nor to one who is marked: whoever has asked to go,
 * or has gone, would own them for ever after. `row`: whose heir, where it isn't `t`.
 */
function heirOf(plan: ReassignPlan, subjects: Subjects, row = "t"): string {
  if (!("sql" in plan.to)) return literal(plan.to.ghostKey);
  const from = row === "t" ? "" : ` from (select ${row}.*) t`;
  const marked = "select from lethe.hidden_subjects g where g.subject_id = h.heir";
  return `(select h.heir from (select (${plan.to.sql.trim()}) as heir${from}) h where h.heir <> all (${subjects(null)}) and not exists (${marked}))`;
}

/** Two ways to collide: with what the new owner has already, and with what somebody else leaves to them now. */
function conflicts(
  operation: Operation,
  plan: ReassignPlan,
  unique: ReassignPlan["uniques"][number],
  where: string,
  subjects: Subjects,
): string[] {
  const name = table(operation.table);
  const equal = unique.nullsNotDistinct ? "is not distinct from" : "=";
  const same = unique.others.map((each) => `other.${ident(each)} ${equal} ${column(each)}`);
  const owner = `other.${ident(plan.column)}`;
  const rows = operation.rows.owner;
  const cast = rows.by === "column" ? rows.cast : null;
  // A column without a foreign key may hold the key as another type.
  const heir = `${heirOf(plan, subjects)}${cast === null ? "" : `::${cast}`}`;
  const remove = (comment: string, conditions: string[]) =>
    `-- ${comment}\ndelete from ${name} t\nwhere ${where}\n  and exists (\n    select from ${name} other\n    where ${[...same, ...conditions].join("\n      and ")}\n  );`;
  return [
    remove("What the new owner has already stays theirs.", [`${owner} = ${heir}`]),
    remove("Of several that come to the same owner now, one stays.", [
      `${owner} = any (${castKeys(subjects(operation.rows.option), cast)})`,
      `${heirOf(plan, subjects, "other")} = ${heirOf(plan, subjects)}`,
      "(other.tableoid, other.ctid) < (t.tableoid, t.ctid)",
      `(other.tableoid, other.ctid) in (\n        select t.tableoid, t.ctid\n        from ${name} t\n        where ${where.replace(/\n/g, "\n        ")}\n      )`,
    ]),
  ];
}

/** True while anything is left to erase. */
export function residue(operation: Operation, key: KeyPlan, subjects: Subjects): string {
  const { owned, guard } = partsOf(operation, key, subjects);
  return `exists (\n  select from ${table(operation.table)} t\n  where ${allOf(guard === null ? owned : [...owned, guard]).replace(/\n/g, "\n  ")}\n)`;
}

/** Conditions of rows in which something is left to erase; with `only`, in that column, unless the row goes. */
export function leftOver(
  operation: Operation,
  key: KeyPlan,
  subjects: Subjects,
  only: string | null,
): string[] {
  const changes = operation.changes.filter((each) => only === null || each.column === only);
  const { owned, guard } = partsOf({ ...operation, changes }, key, subjects);
  return guard === null ? owned : [...owned, guard];
}

/** How many rows the operation would touch; those that an earlier one has done already are left out. */
export function count(operation: Operation, stronger: Operation[], key: KeyPlan, subjects: Subjects): string {
  const { owned, guard } = partsOf(operation, key, subjects, true);
  const conditions = guard === null ? owned : [...owned, guard];
  const gone = stronger.map((each) => `(${ownedBy(each.rows, subjects).join(" and ")}) is not true`);
  return `select count(*)\nfrom ${table(operation.table)} t\nwhere ${allOf([...conditions, ...gone])}`;
}

/** A look for rows that it would touch, where they are: the places of at most `at_most`. One is enough where all go at once. */
export function look(operation: Operation, key: KeyPlan, subjects: Subjects): string {
  const { owned, guard } = partsOf(operation, key, subjects);
  const where = allOf(guard === null ? owned : [...owned, guard]);
  const most = operation.action === "reassign" ? "1" : "at_most";
  return `select t.ctid\nfrom ${table(operation.table)} t\nwhere ${where}\nlimit ${most}`;
}

/** Rows at the given places only. The other conditions stay: rows move, and a ctid is unique only inside one partition. */
export function chunk(operation: Operation, key: KeyPlan, subjects: Subjects, told: string[] = []): string {
  if (operation.action === "reassign") return statement(operation, key, subjects);
  const { owned, guard } = partsOf(operation, key, subjects);
  const where = allOf(guard === null ? owned : [...owned, guard]);
  return statement(operation, key, subjects, told).replace(
    `\nwhere ${where};`,
    () => `\nwhere t.ctid = any (places)\n  and ${where};`,
  );
}
