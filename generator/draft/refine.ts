/**
 * Shows the draft to the planner, and takes back what it refuses: another way with the rows where there is one,
 * else a question. What is left is what only a person can do: create an index, read a trigger.
 */
import type { Catalog } from "../catalog/model.ts";
import type { Finding } from "../errors.ts";
import { plan } from "../plan/plan.ts";
import type { ColumnDraft, Draft, RuleDraft, TableDraft } from "./model.ts";
import { toAnnotation } from "./to-annotation.ts";

/** Indexes and triggers are a person's work; of index use under policies nothing is proposed. */
const FOR_PEOPLE = new Set(["L024", "L025", "L036"]);
const ROUNDS = 100;

export function refine(draft: Draft, catalog: Catalog, progress: (text: string) => void = () => {}): Draft {
  let refined = draft;
  for (let round = 1; round <= ROUNDS; round++) {
    progress(`asking the planner (${round})`);
    const { findings } = plan(toAnnotation(refined), catalog);
    const next = takeBack(refined, findings);
    if (next === refined) return withNotes(refined, findings);
    refined = next;
  }
  return withNotes(refined, plan(toAnnotation(refined), catalog).findings);
}

/** The same draft where nothing has to be taken back. */
function takeBack(draft: Draft, findings: Finding[]): Draft {
  let changed = draft;
  // What follows from a refusal is seen in the next round.
  const touched = new Set<string>();
  for (const finding of findings) {
    if (FOR_PEOPLE.has(finding.code)) continue;
    const next = settle(changed, finding, touched);
    if (next !== null) changed = next;
  }
  return changed;
}

function settle(draft: Draft, finding: Finding, touched: Set<string>): Draft | null {
  const { code, path, subject } = finding;
  if (code === "L040") return withoutHardDelete(draft, finding);
  if (code === "L032") return withOtherMarks(draft);
  if (code === "L012") return withTodoTable(draft, finding);
  if (code === "L022" && finding.level === "warning") return acknowledged(draft, subject);
  const at = path.indexOf("columns");
  const named =
    at > 0 ? path[at + 1] : code === "L013" ? subject.slice(subject.lastIndexOf(".") + 1) : undefined;
  const key = path[1];
  if (path[0] !== "tables" || typeof key !== "string") return null;
  if (named !== undefined)
    return withColumn(draft, key, {
      column: String(named),
      rule: { action: "todo", question: finding.message },
      why: null,
    });
  if (touched.has(key)) return null;
  touched.add(key);
  return replaceTable(draft, key, (table) => otherRows(table, path) ?? { ...table, todo: finding.message });
}

/** The next way with the rows of the rule that the finding is about. */
function otherRows(table: TableDraft, path: Finding["path"]): TableDraft | null {
  const index = typeof path[3] === "number" ? path[3] : 0;
  const draft = table.rules[index];
  const [next, ...instead] = draft?.instead ?? [];
  if (draft === undefined || next === undefined) return null;
  const changed: RuleDraft = { ...draft, rule: { ...draft.rule, rows: next } as RuleDraft["rule"], instead };
  return { ...table, rules: table.rules.with(index, changed) };
}

function withoutHardDelete(draft: Draft, finding: Finding): Draft | null {
  if (!draft.strategies.includes("hard_delete")) return null;
  return {
    ...draft,
    strategies: draft.strategies.filter((strategy) => strategy !== "hard_delete"),
    strategyNote: `hard_delete is left out: ${finding.message}; ${finding.remedy.split("; or ")[0]}`,
  };
}

function withOtherMarks(draft: Draft): Draft | null {
  if (draft.subject.marks !== null) return null;
  return {
    ...draft,
    subject: {
      ...draft.subject,
      marks: { deletedAt: "erased_at", scheduledFor: "erasure_scheduled_at" },
      notes: [
        ...draft.subject.notes,
        "the usual mark columns exist already, of another type: these are Lethe's own",
      ],
    },
  };
}

function withTodoTable(draft: Draft, finding: Finding): Draft | null {
  if (draft.tables.some((table) => table.table === finding.subject)) return null;
  const added: TableDraft = {
    table: finding.subject,
    key: finding.subject.replace(/^public\./, ""),
    group: "unplaced",
    why: "",
    todo: finding.message,
    rules: [],
    columns: [],
    notes: [],
  };
  return { ...draft, tables: [...draft.tables, added] };
}

/** What a foreign key does to other people's rows is what the schema's author wanted; it only has to be said. */
function acknowledged(draft: Draft, subject: string): Draft | null {
  const dot = subject.lastIndexOf(".");
  const [table, column] = [subject.slice(0, dot), subject.slice(dot + 1).split(", ")[0] as string];
  const key =
    draft.subject.table === table
      ? draft.subject.key
      : draft.tables.find((each) => each.table === table)?.key;
  const reason = "the foreign key sets it to NULL when what it names goes";
  return key === undefined
    ? null
    : withColumn(draft, key, { column, rule: { action: "keep", reason }, why: null });
}

function withColumn(draft: Draft, key: string, column: ColumnDraft): Draft | null {
  const put = (columns: ColumnDraft[]): ColumnDraft[] | null => {
    const at = columns.findIndex((each) => each.column === column.column);
    if (at < 0) return [...columns, column];
    const known = columns[at]?.rule;
    const same = known?.action === column.rule.action && known.action !== "keep";
    return same || (known?.action === "keep" && known.reason !== undefined) ? null : columns.with(at, column);
  };
  if (key === draft.subject.key) {
    const columns = put(draft.subject.columns);
    return columns && { ...draft, subject: { ...draft.subject, columns } };
  }
  return replaceTable(draft, key, (table) => {
    const columns = put(table.columns);
    return columns && { ...table, columns };
  });
}

function replaceTable(
  draft: Draft,
  key: string,
  change: (table: TableDraft) => TableDraft | null,
): Draft | null {
  const at = draft.tables.findIndex((table) => table.key === key);
  const table = draft.tables[at];
  const changed = table === undefined || table.todo !== null ? null : change(table);
  return changed === null ? null : { ...draft, tables: draft.tables.with(at, changed) };
}

function withNotes(draft: Draft, findings: Finding[]): Draft {
  const notes = (key: string) =>
    findings.filter((finding) => finding.path[1] === key && FOR_PEOPLE.has(finding.code)).flatMap(noteOf);
  const indexes = findings.flatMap((finding) => statementOf(finding) ?? []);
  return {
    ...draft,
    subject: { ...draft.subject, notes: [...draft.subject.notes, ...notes(draft.subject.key)] },
    tables: draft.tables.map((table) => ({ ...table, notes: [...table.notes, ...notes(table.key)] })),
    indexes: [...new Set(indexes)],
    remaining: findings
      .filter((finding) => finding.code !== "L025")
      .map((finding) => `${finding.code} ${finding.subject}: ${finding.message}`),
  };
}

function noteOf(finding: Finding): string[] {
  const statement = statementOf(finding);
  if (statement !== null) return [`needs an index: ${statement}`];
  if (finding.code === "L024" || finding.code === "L025")
    return [`${finding.subject}: ${finding.message}; ${finding.remedy}`];
  return [];
}

/** The index that would help; null where none can. */
function statementOf(finding: Finding): string | null {
  const at = finding.code === "L025" ? finding.remedy.indexOf("create index") : -1;
  return at < 0 ? null : finding.remedy.slice(at);
}
