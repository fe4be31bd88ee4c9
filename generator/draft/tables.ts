/** What to say about a table whose rows lead to people by themselves. */
import type { Rule } from "../annotation/model.ts";
import { isUniqueBy } from "../catalog/lookup.ts";
import type { Table } from "../catalog/model.ts";
import { columnsOf } from "./columns.ts";
import { type Pair, pairsOf } from "./links.ts";
import type { ColumnDraft, Link, TableDraft } from "./model.ts";
import {
  acted,
  content,
  deletes,
  dependents,
  type Made,
  money,
  part,
  rulesFor,
  shared,
  signIn,
  withRows,
} from "./rules.ts";
import { keyNameOf, type Survey, snake } from "./survey.ts";
import { TABLE_KINDS, type TableKind } from "./table-kinds.ts";

export function linkedTable(survey: Survey, table: Table, links: Link[]): TableDraft {
  const primary = links[0] as Link;
  const about = primary.role === "actor" ? "thing" : "person";
  const columns = columnsOf(survey, table, exemptColumns(table, links), about);
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    columns,
    notes: [],
    ...make(survey, table, links, columns),
  };
}

/** Rows of any kind of thing, people among them; null where there is no such pair. */
export function pairedTable(survey: Survey, table: Table): TableDraft | null {
  const [pair] = pairsOf(survey, table);
  if (pair === undefined) return null;
  const exempt = exemptColumns(table, []).add(pair.type.name).add(pair.id.name);
  const rule: Rule = { class: "content", owner: ownerOf(pair) };
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    group: "content",
    why: `${pair.type.name} and ${pair.id.name} name any kind of row`,
    todo:
      pair.value === null
        ? `which value of ${pair.type.name} stands for ${survey.subject.table}, if any does?`
        : null,
    rules: [
      withRows(
        rule,
        pair.value === null
          ? `${JSON.stringify(pair.guess)} is a guess`
          : `${pair.type.name} has the label ${pair.guess}`,
        columnsOf(survey, table, exempt, "person"),
        false,
      ),
    ],
    columns: columnsOf(survey, table, exempt, "person"),
    notes: [],
  };
}

function ownerOf(pair: Pair): Rule["owner"] {
  return { by: "polymorphic", type: pair.type.name, id: pair.id.name, value: pair.guess };
}

export function kindOfTable(table: Table): TableKind | undefined {
  const name = snake(table.table);
  return TABLE_KINDS.find(
    (kind) =>
      kind.name.test(name) &&
      (kind.evidence === undefined ||
        table.columns.some((column) => kind.evidence?.test(snake(column.name)))),
  );
}

function make(survey: Survey, table: Table, links: Link[], columns: ColumnDraft[]): Made {
  const primary = links[0] as Link;
  const kind = kindOfTable(table);
  switch (kind?.kind) {
    case "session":
    case "credential":
    case "mfa":
      return signIn(kind.kind, kind.why, links);
    case "money":
      return money(table, kind, links);
  }
  if (primary.role === "actor") return acted(links, columns);
  if (isPart(table, links, kind, columns)) return part(links, columns);
  const others = dependents(survey, table, primary);
  if (others.length > 0) return shared(table, links, columns, others);
  const nothing = columns.every((column) => column.rule.action === "keep");
  if (kind?.kind === "own" || kind?.kind === "history" || (nothing && !primary.nullable)) {
    const why = kind?.why ?? "nothing in it but whose it is";
    return rulesFor("own", why, links, deletes(primary), columns);
  }
  return rulesFor("content", "", links, content(primary, columns), columns);
}

/** One row a person, and something personal in it: the same person in a second table. */
function isPart(table: Table, links: Link[], kind: TableKind | undefined, columns: ColumnDraft[]): boolean {
  const [own] = links;
  if (own === undefined || kind !== undefined || own.role !== "self") return false;
  const { owner } = own;
  if (own.by !== "foreign key" || owner.by !== "column") return false;
  return (
    isUniqueBy(table, owner.column) &&
    columns.some(({ rule }) => rule.action !== "keep" && rule.action !== "todo")
  );
}

export function exemptColumns(table: Table, links: Link[]): Set<string> {
  const primary = table.indexes.find((index) => index.primary)?.columns ?? [];
  return new Set([
    ...primary.filter((name) => name !== null),
    ...table.foreignKeys.flatMap((fk) => fk.columns),
    ...links.flatMap((link) => (link.owner.by === "column" ? [link.owner.column] : [])),
  ]);
}
