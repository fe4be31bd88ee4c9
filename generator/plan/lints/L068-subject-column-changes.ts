/** L068: a column of the person's row, or of a part's, that others point at changes, and what points at it doesn't come along. */
import type { AnnotationPath } from "../../annotation/model.ts";
import type { ForeignKey, Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { ColumnChange, Operation, PersonTable, Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { coverOptions, type Declared, declaredRules, rulesFor } from "./support/declared.ts";
import { annotationName, rootOf } from "./support/names.ts";
import { columnsOf } from "./support/references.ts";
import { columnsPath, subjectTable } from "./support/updates.ts";

/** A table whose rows are the people: the subject's own, or a part. */
interface Person {
  table: Table;
  /** The part's rule. */
  by: Declared | null;
  changes: PersonTable["changes"];
  atSchedule: ColumnChange[];
  /** Where the columns are decided. */
  path: AnnotationPath;
}

/** When their columns change: which, and what has happened to a rule's rows by then. */
interface Moment {
  when: string;
  changes: ColumnChange[];
  isGone(rule: Declared, columns: string[]): boolean;
}

export const subjectColumnChanges: Lint = (plan, context) => {
  const rules = declaredRules(plan, context);
  for (const person of peopleOf(plan, context, rules)) {
    const moments = momentsOf(plan, person);
    for (const { table, fk } of context.catalog.referencing(person.table))
      for (const moment of moments) byForeignKey(context, rules, person, rootOf(context, table), fk, moment);
    for (const rule of rules) for (const moment of moments) byValue(context, rule, person, moment);
  }
};

function peopleOf(plan: Plan, context: PlanContext, rules: Declared[]): Person[] {
  const table = subjectTable(plan, context);
  const path = [...(context.decisions.get(table.name)?.path ?? ["tables"]), "columns"];
  const parts = plan.parts.flatMap(({ table: { name }, changes, atSchedule }): Person[] => {
    const by = rules.find((each) => each.table.name === name && each.rule.class === "part");
    if (by === undefined) return [];
    return [{ table: by.table, by, changes, atSchedule, path: columnsPath(by.decision, by.path) }];
  });
  return [{ ...plan.subject, table, by: null, path }, ...parts];
}

function momentsOf(plan: Plan, person: Person): Moment[] {
  const { strategies } = plan.lifecycle;
  const during = (["anonymize", "soft_delete"] as const)
    .filter((strategy) => strategies.includes(strategy))
    .map((strategy) => ({
      when: `under ${strategy}`,
      changes: person.changes[strategy],
      isGone: ({ action, path }: Declared, columns: string[]) =>
        action[strategy] === "delete" ||
        plan.operations[strategy].some(
          (each) => JSON.stringify(each.path) === JSON.stringify(path) && cleared(each, columns),
        ),
    }));
  const atSchedule = {
    when: "when a deletion is scheduled",
    changes: person.atSchedule,
    isGone: ({ rule }: Declared) => rule.class === "session",
  };
  return [atSchedule, ...during];
}

/** The rows no longer point at anybody by these columns. */
function cleared({ detach, changes }: Operation, columns: string[]): boolean {
  const emptied = changes.filter((each) => each.transform.action === "null" && each.unless === null);
  return columns.some((name) => detach.includes(name) || emptied.some((each) => each.column === name));
}

function changed({ changes }: Moment, references: string[]): ColumnChange | undefined {
  return changes.find((change) => references.includes(change.column));
}

function byForeignKey(
  context: PlanContext,
  rules: Declared[],
  person: Person,
  child: Table,
  fk: ForeignKey,
  moment: Moment,
): void {
  const change = changed(moment, fk.references.columns);
  const subject = person.table.name;
  if (change === undefined || child.name === subject) return;
  const own = rulesFor(rules, child, fk, { strategy: "hard_delete", table: person.table, by: person.by });
  const path = own[0]?.path ?? [...person.path, change.column];
  // By another owner the rows may be done with too; whether all that point here are, can't be told.
  const otherwise = rules.some((rule) => rule.table === child && moment.isGone(rule, fk.columns));
  const level = own.length === 0 && otherwise ? "warning" : "error";
  const problem = (message: string, remedy: string) =>
    report(context, {
      code: "L068",
      level,
      subject: `${child.name}.${columnsOf(fk)}`,
      message,
      remedy,
      path,
    });
  if (fk.onUpdate === "cascade") {
    const guarded = own.find(({ rule }) => rule.class === "credential");
    if (guarded === undefined || moment.isGone(guarded, fk.columns)) return;
    problem(
      `${subject}.${change.column} changes ${moment.when}, and the guard would refuse what the foreign key ${fk.name} then writes into credentials that stay`,
      'leave out `at: "schedule"` there and let the rows go (no `columns`), or keep the column',
    );
    return;
  }
  const gone = own.filter((rule) => moment.isGone(rule, fk.columns));
  if (coverOptions(gone, null) && gone.some((rule) => rule.rows.where === null)) return;
  if (fk.onUpdate !== "no action" && fk.onUpdate !== "restrict" && own.length === 0) return;
  problem(
    `rows that stay point at ${subject}.${change.column}, which changes ${moment.when}: the foreign key ${fk.name} (on update ${fk.onUpdate}) ${fk.onUpdate.startsWith("set") ? "then takes the person off them, and nothing finds them again" : "forbids it"}`,
    `alter the foreign key: on update cascade; or delete or detach the rows; or write ${change.column}: keep("why")`,
  );
}

/** Rows that only hold the same value: once the person's row has lost it, theirs would be found no more. */
function byValue(context: PlanContext, rule: Declared, person: Person, moment: Moment): void {
  const { owner } = rule.rows;
  const subject = person.table.name;
  if (owner.by !== "via" || owner.parent.name !== subject || hasForeignKey(rule.table, owner, subject))
    return;
  const change = changed(moment, owner.references);
  if (change === undefined || moment.isGone(rule, owner.columns)) return;
  report(context, {
    code: "L068",
    subject: `${rule.table.name}.${owner.columns.join(", ")}`,
    message: `rows that stay hold the person's ${change.column} and are found by it, but it changes ${moment.when} and no foreign key carries the new value there`,
    remedy: `add a foreign key with on update cascade, or write rows: "delete" or "detach"${person.by === null ? `, or find them by the value that the person had: owner: match(${JSON.stringify(owner.columns[0])}, { value: ${JSON.stringify(change.column)}, if: "…" })` : ""}; via(${JSON.stringify(annotationName(context, person.table))}) is for columns that are kept`,
    path: rule.path,
  });
}

function hasForeignKey(
  table: Table,
  owner: { columns: string[]; references: string[] },
  subject: string,
): boolean {
  return table.foreignKeys.some(
    (fk) =>
      fk.references.table === subject &&
      fk.columns.join() === owner.columns.join() &&
      fk.references.columns.join() === owner.references.join(),
  );
}
