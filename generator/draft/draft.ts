/** A catalog and the name of the subject's table → what to propose about every table reachable. Pure. */
import type { Catalog } from "../catalog/model.ts";
import { columnsOf } from "./columns.ts";
import { type Draft, GROUPS, type Group, type TableDraft } from "./model.ts";
import { reachedTables } from "./reach.ts";
import { refine } from "./refine.ts";
import { keyNameOf, survey } from "./survey.ts";

/** @throws UsageError where there is no such table, or it has no key that Lethe supports */
export function draft(catalog: Catalog, subject: string, progress: (text: string) => void = () => {}): Draft {
  const surveyed = survey(catalog, subject);
  progress(`looking at ${surveyed.tables.length} tables`);
  const tables = [...reachedTables(surveyed).values()];
  const known = new Set(tables.map((table) => table.table));
  const first: Draft = {
    subject: {
      table: surveyed.subject.name,
      key: keyNameOf(surveyed, surveyed.subject),
      column: surveyed.key.name,
      columns: columnsOf(surveyed, surveyed.subject, new Set(), "person"),
      marks: null,
      notes: [],
    },
    strategies: ["anonymize", "hard_delete", "soft_delete"],
    strategyNote: null,
    tables,
    unreached: surveyed.tables.map((table) => table.name).filter((name) => !known.has(name)),
    indexes: [],
    remaining: [],
  };
  const refined = refine(first, catalog, progress);
  return {
    ...refined,
    tables: sorted(refined.tables),
    unreached: refined.unreached.filter((name) => !refined.tables.some((table) => table.table === name)),
  };
}

/** By section, those with a decision first, then by name. */
function sorted(tables: TableDraft[]): TableDraft[] {
  const groups = Object.keys(GROUPS) as Group[];
  const below = (table: TableDraft) => Number(table.rules.some(({ rule }) => rule.owner?.by === "via"));
  return tables.toSorted(
    (a, b) =>
      groups.indexOf(a.group) - groups.indexOf(b.group) ||
      below(a) - below(b) ||
      (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}
