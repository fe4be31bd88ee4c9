/** From what people write to what the planner reads: one form for everything, defaults filled in. */
import { groupNames, groupQuestion } from "./groups.ts";
import type {
  BlockerResult,
  ColumnInput,
  ColumnsInput,
  EffectInput,
  ErasureInput,
  GroupResult,
  OwnerInput,
  RuleResult,
  SubjectResult,
  TableDecision,
  TableSettings,
} from "./input.ts";
import type {
  Annotation,
  AnyTableAnnotation,
  BlockerRule,
  ColumnRule,
  EffectAnnotation,
  GroupAnnotation,
  Owner,
  Rule,
  SubjectAnnotation,
} from "./model.ts";

/** The input must have passed the validation. */
export function normalise(input: ErasureInput): Annotation {
  const { lifecycle, access } = input;
  return defined({
    schema: input.schema ?? "lethe",
    lifecycle: {
      strategies: lifecycle?.strategies ?? ["anonymize", "hard_delete", "soft_delete"],
      gracePeriod: lifecycle?.gracePeriod ?? "14 days",
      cancelCooldown: lifecycle?.cancelCooldown ?? "24 hours",
      drift: lifecycle?.drift ?? "refuse",
      effectAttempts: lifecycle?.effectAttempts ?? 25,
      payloadRetention: lifecycle?.payloadRetention ?? "90 days",
      window: lifecycle?.window ? { timeZone: "UTC", ...lifecycle.window } : null,
      requestAttempts: lifecycle?.requestAttempts ?? 20,
    },
    options: input.options ?? {},
    access: {
      currentUser: access?.currentUser ?? "null",
      app: access?.app ?? [],
      admin: access?.admin ?? [],
      worker: access?.worker ?? [],
      searchPath: access?.searchPath ?? ["public"],
    },
    ghosts: input.ghosts ?? {},
    steps: mapValues(input.steps ?? {}, defined),
    effects: mapValues(input.effects ?? {}, effectOf),
    tables: Object.fromEntries(Object.entries(input.tables).flatMap(([key, each]) => tablesOf(key, each))),
    groups: Object.fromEntries(
      Object.entries(input.tables).flatMap(([key, each]) =>
        each.class === "group" ? [[key, groupAnnotation(each)]] : [],
      ),
    ),
    accept: input.accept,
  });
}

function effectOf({ forEach, after, ...effect }: EffectInput): EffectAnnotation {
  const rows = typeof forEach === "string" ? { table: forEach } : forEach;
  return defined({
    ...effect,
    at: effect.at ?? "execute",
    forEach:
      rows &&
      defined({ table: rows.table, owner: rows.owner === undefined ? undefined : ownerOf(rows.owner) }),
    after: typeof after === "string" ? [after] : (after ?? []),
    required: effect.required ?? false,
    payload: effect.payload ?? {},
  });
}

function tablesOf(key: string, decision: TableDecision): [string, AnyTableAnnotation][] {
  if (decision.class !== "group") return [[key, tableOf(decision)]];
  return groupNames(decision).map(({ name, open }) => [
    name,
    open ? { class: "todo", question: groupQuestion(key) } : tableOf(decision.decision),
  ]);
}

function groupAnnotation(group: GroupResult): GroupAnnotation {
  const names = groupNames(group).map(({ name }) => name);
  const listed = group.tables !== undefined || names.length === group.patterns.length;
  return { patterns: group.patterns, tables: listed ? names : null, decision: tableOf(group.decision) };
}

function tableOf(decision: Exclude<TableDecision, GroupResult>): AnyTableAnnotation {
  switch (decision.class) {
    case "unrelated":
    case "keep":
      return { class: decision.class, reason: decision.reason };
    case "todo":
      return { class: "todo", question: decision.question };
    case "subject":
      return subjectOf(decision);
    case "table":
      return defined({
        class: "table" as const,
        columns: decision.columns && columnsOf(decision.columns),
        rules: decision.rules.map(ruleOf),
        ...settingsOf(decision),
      });
    default: {
      // A table with one rule: its columns and settings are the table's.
      const { columns, view: _view, rls: _rls, triggers: _triggers, accept: _accept, ...rule } = decision;
      return defined({
        class: "table" as const,
        columns: columns && columnsOf(columns),
        rules: [ruleOf(rule)],
        ...settingsOf(decision),
      });
    }
  }
}

function subjectOf(decision: SubjectResult): SubjectAnnotation {
  return defined({
    ...decision,
    columns: columnsOf(decision.columns),
    refuse: decision.refuse?.map((refusal) => ({ ...refusal })),
    marks: marksOf(decision.marks),
  });
}

function marksOf(marks: SubjectResult["marks"]): SubjectAnnotation["marks"] {
  return typeof marks === "object" ? defined({ ...marks }) : marks;
}

function settingsOf({ view, rls, triggers, accept }: TableSettings): TableSettings {
  return { view, rls, triggers, accept };
}

function ruleOf(rule: RuleResult): Rule {
  const { owner, columns, ...rest } = rule;
  const common = defined({
    ...rest,
    owner: owner === undefined ? undefined : ownerOf(owner),
    columns: columns && columnsOf(columns),
  });
  if (rule.class !== "blocker") return common as Rule;
  const { blocking, otherwise }: BlockerResult = rule;
  return defined({
    ...common,
    blocking: blocking ?? true,
    otherwise: otherwise && ruleOf(otherwise),
  }) as BlockerRule;
}

function ownerOf(owner: OwnerInput): Owner {
  return typeof owner === "string" ? { by: "column", column: owner } : defined({ ...owner });
}

function columnsOf(columns: ColumnsInput): Record<string, ColumnRule> {
  return mapValues(columns, columnOf);
}

function columnOf(column: ColumnInput): ColumnRule {
  if (column.action === "keep") return defined({ action: "keep" as const, reason: column.reason });
  if (column.action === "todo") return { action: "todo", question: column.question };
  return defined({ ...column });
}

/** Without the keys whose value is undefined: they mean nothing, and two equal annotations must hash alike. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
