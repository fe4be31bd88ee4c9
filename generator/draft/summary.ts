/** What `lethe init` found and what it left open, for people and, as the same data, for programs. */
import { entries } from "./alike.ts";
import type { Draft, Group } from "./model.ts";
import { survives } from "./survives.ts";

export interface DraftSummary {
  subject: string;
  key: string;
  strategies: string[];
  /** How many tables of each kind there are a proposal for. */
  decided: Partial<Record<Group, number>>;
  columns: { personal: number; kept: number; open: number };
  /** What a person has to answer, in the order of the file. */
  open: { table: string; column?: string; question: string }[];
  /** Statements to run before the migration. */
  indexes: string[];
  /** What besides `lethe check` will say. */
  remaining: string[];
  /** Tables that nothing leads to. */
  unreached: string[];
}

export function summarize(draft: Draft): DraftSummary {
  const { subject } = draft;
  const decided: DraftSummary["decided"] = {};
  for (const table of draft.tables) {
    if (table.todo === null) decided[table.group] = (decided[table.group] ?? 0) + 1;
  }
  const shown = [
    { table: subject.table, columns: subject.columns, todo: null },
    ...entries(draft).flatMap(({ table, group }) => {
      const columns = survives(table) && table.todo === null ? table.columns : [];
      // A question about a group's columns is asked once, one about the tables for each.
      return table.todo === null || group === null
        ? [{ ...table, columns }]
        : group.tables.map((each) => ({ ...each, columns: [] }));
    }),
  ];
  const open = shown.flatMap(({ table, columns, todo }) => [
    ...(todo === null ? [] : [{ table, question: todo }]),
    ...columns.flatMap(({ column, rule }) =>
      rule.action === "todo" ? [{ table, column, question: rule.question }] : [],
    ),
  ]);
  const actions = shown.flatMap(({ columns }) => columns.map(({ rule }) => rule.action));
  const count = (wanted: (action: string) => boolean) => actions.filter(wanted).length;
  return {
    subject: subject.table,
    key: subject.column,
    strategies: draft.strategies,
    decided,
    columns: {
      personal: count((action) => action !== "keep" && action !== "todo"),
      kept: count((action) => action === "keep"),
      open: count((action) => action === "todo"),
    },
    open,
    indexes: draft.indexes,
    remaining: [...(draft.strategyNote === null ? [] : [draft.strategyNote]), ...draft.remaining],
    unreached: draft.unreached,
  };
}

const WORDS: Record<Group, string> = {
  people: "of the same people",
  session: "of sessions and tokens",
  credential: "of credentials",
  mfa: "of second factors",
  content: "of content",
  own: "deleted with their person",
  acted: "that somebody only acted on",
  money: "to be retained",
  shared: "shared with others",
  unplaced: "not placed",
};

/** At most this many questions are printed; the file has them all. */
const SHOWN = 20;

export function renderSummary(summary: DraftSummary): string {
  const { columns, open, indexes, remaining, unreached } = summary;
  const kinds = Object.entries(summary.decided).map(
    ([group, n]) => `  ${n} ${n === 1 ? "table" : "tables"} ${WORDS[group as Group]}`,
  );
  const lines = [
    `people are the rows of ${summary.subject}, known by ${summary.key}`,
    kinds.length === 0 ? "found no table to decide by itself" : "proposed:",
    ...kinds,
    `  ${columns.personal} personal columns, ${columns.kept} kept`,
    ...list(
      `${open.length} ${open.length === 1 ? "question" : "questions"} left open (todo):`,
      open.map(
        ({ table, column, question }) => `${table}${column === undefined ? "" : `.${column}`}: ${question}`,
      ),
    ),
    ...list("indexes that the erasure needs:", indexes),
    ...list("to settle besides:", remaining),
    ...(unreached.length === 0
      ? []
      : [
          `nothing leads to ${unreached.length} other ${unreached.length === 1 ? "table" : "tables"}; they are named at the end of the file`,
        ]),
  ];
  return lines.join("\n");
}

function list(title: string, items: string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length - SHOWN;
  return [
    title,
    ...items.slice(0, SHOWN).map((item) => `  ${item}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}
