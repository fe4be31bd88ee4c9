/** Tables whose rows lead to people only through other tables, and those that nothing leads to. */
import type { Owner, Rule } from "../annotation/model.ts";
import type { ForeignKey, Table } from "../catalog/model.ts";
import { columnsOf, kindOf } from "./columns.ts";
import { columnOf, linksOf, looksLikeList, looksLikeReference } from "./links.ts";
import type { RuleDraft, TableDraft } from "./model.ts";
import { withRows } from "./rules.ts";
import { isNotNull, keyNameOf, type Survey } from "./survey.ts";
import { exemptColumns, kindOfTable, linkedTable, pairedTable } from "./tables.ts";

/** Every table that leads to people, by the name in the catalog. */
export function reachedTables(survey: Survey): Map<string, TableDraft> {
  const drafts = new Map<string, TableDraft>();
  for (const table of survey.tables) {
    const links = linksOf(survey, table);
    const draft = links.length > 0 ? linkedTable(survey, table, links) : null;
    if (draft !== null) drafts.set(table.name, draft);
  }
  let added = true;
  while (added) {
    const next = survey.tables.flatMap((table) => {
      const draft = drafts.has(table.name) ? null : belowOthers(survey, table, drafts);
      return draft === null ? [] : [draft];
    });
    for (const draft of next) drafts.set(draft.table, draft);
    added = next.length > 0;
  }
  for (const table of survey.tables) {
    const draft = drafts.has(table.name) ? null : (pairedTable(survey, table) ?? unplaced(survey, table));
    if (draft !== null) drafts.set(table.name, draft);
  }
  return drafts;
}

interface Above {
  fk: ForeignKey;
  parent: TableDraft;
}

function belowOthers(survey: Survey, table: Table, drafts: Map<string, TableDraft>): TableDraft | null {
  const above = table.foreignKeys.flatMap((fk): Above[] => {
    const parent = fk.references.table === table.name ? undefined : drafts.get(fk.references.table);
    if (parent === undefined || parent.group === "acted" || parent.group === "unplaced") return [];
    // A reference that may be missing names something; one that may not, says what the row is part of.
    const partOf = fk.onDelete === "cascade" || fk.columns.every((name) => isNotNull(columnOf(table, name)));
    return partOf ? [{ fk, parent }] : [];
  });
  const [first] = above;
  if (first === undefined) return null;
  const open = above.find(({ parent }) => parent.todo !== null);
  const columns = columnsOf(survey, table, exemptColumns(table, []), "person");
  const rules = above.map((each) => ruleBelow(table, each, columns));
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    group: first.parent.group,
    why: `part of ${[...new Set(above.map(({ parent }) => parent.key))].join(" and ")}`,
    todo: open === undefined ? null : `goes with ${open.parent.key}: decide that first`,
    rules,
    columns,
    notes: [],
  };
}

function ruleBelow(table: Table, { fk, parent }: Above, columns: TableDraft["columns"]): RuleDraft {
  const owner = viaOf(table, fk, parent);
  const why = `foreign key, on delete ${fk.onDelete}`;
  const above = parent.rules[0]?.rule;
  if (
    above !== undefined &&
    (above.class === "session" || above.class === "credential" || above.class === "mfa")
  ) {
    return { rule: { class: above.class, owner }, why, instead: [] };
  }
  const kind = kindOfTable(table)?.kind;
  const goes = above?.class === "content" && above.rows === "delete";
  if (goes || kind === "history" || kind === "own") {
    const rule: Rule = { class: "content", owner, rows: "delete" };
    return { rule, why, instead: goes ? [] : [{ anonymize: "transform", hard_delete: "delete" }] };
  }
  return withRows({ class: "content", owner }, why, columns, false);
}

/** Columns are only named where several foreign keys lead to the parent. */
function viaOf(table: Table, fk: ForeignKey, parent: TableDraft): Owner {
  const there = table.foreignKeys.filter((each) => each.references.table === parent.table);
  const columns = there.length > 1 ? { columns: fk.columns, references: fk.references.columns } : {};
  return { by: "via", table: parent.key, ...columns };
}

const TELLING = new Set([
  "email",
  "pending email",
  "phone",
  "name",
  "username",
  "birth",
  "identifier",
  "network",
]);

/** Nothing leads from here to the subject, but the columns say that people are in it. */
function unplaced(survey: Survey, table: Table): TableDraft | null {
  const telling = table.columns.flatMap((column) => {
    const kind = kindOf(survey, table, column);
    return kind !== undefined && TELLING.has(kind.kind) ? [`${column.name} (${kind.what})`] : [];
  });
  const references = table.columns
    .filter((column) => !isForeignKey(table, column.name))
    .filter((column) => looksLikeList(survey, column) || looksLikeReference(survey, column))
    .map((column) =>
      looksLikeList(survey, column)
        ? `${column.name} may list people`
        : `${column.name} may name one, but is of type ${column.type}`,
    );
  const kind = kindOfTable(table);
  const signsIn = kind !== undefined && ["session", "credential", "mfa"].includes(kind.kind);
  if (telling.length === 0 && references.length === 0 && !signsIn) return null;
  const subject = keyNameOf(survey, survey.subject);
  const todo =
    references.length > 0
      ? `no key of ${subject} is in it, but ${references.join(", ")}: whose rows are these?`
      : telling.length > 0
        ? `holds ${telling.join(", ")}, but nothing leads to ${subject}: whose rows are these?`
        : `seems to be about signing in, but no column leads to ${subject}: what says whose a row is?`;
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    group: "unplaced",
    why: signsIn ? (kind?.why ?? "") : "",
    todo,
    rules: [],
    columns: [],
    notes: [],
  };
}

function isForeignKey(table: Table, column: string): boolean {
  return table.foreignKeys.some((fk) => fk.columns.includes(column));
}
