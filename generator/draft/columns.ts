/** What to say about each column of rows that stay. */
import type { Column, Table } from "../catalog/model.ts";
import { familyOf } from "../plan/lints/support/types.ts";
import { KINDS, type KindRow, NEUTRAL, PERSONAL_JSON } from "./column-kinds.ts";
import { looksLikeList, looksLikeReference, pairsOf } from "./links.ts";
import type { ColumnDraft } from "./model.ts";
import { replacementFor } from "./replacement.ts";
import { type Survey, snake } from "./survey.ts";

/** `about`: "person" where the row is theirs, "thing" where they only had a hand in it. */
export function columnsOf(
  survey: Survey,
  table: Table,
  exempt: ReadonlySet<string>,
  about: "person" | "thing",
): ColumnDraft[] {
  return table.columns
    .filter((column) => !exempt.has(column.name) && column.generated === null)
    .map((column) => ({ column: column.name, ...decide(survey, table, column, about) }));
}

type Decision = Omit<ColumnDraft, "column">;

function decide(survey: Survey, table: Table, column: Column, about: "person" | "thing"): Decision {
  if (table === survey.subject && isKeyOrReference(survey, table, column))
    return keyOfSubject(survey, table, column);
  const hidden = reference(survey, table, column);
  if (hidden !== null) return ask(hidden);
  const name = snake(column.name);
  const family = familyOf(column.baseType);
  if (column.identity !== null) return keep();
  const kind = kindOf(survey, table, column);
  if (kind !== undefined && family !== "json") {
    const soft = kind.kind === "text" || kind.kind === "picture";
    if (about === "thing" && soft) return ask(`${kind.what}: is it about the thing, or about a person?`);
    const broken = referencedBy(survey, table, column);
    if (broken !== null) return ask(`${kind.what}; ${broken}`);
    const { rule, because } = replacementFor(survey, table, column, kind.kind);
    return { rule, why: because === "" ? kind.what : `${kind.what}; ${because}` };
  }
  if (family === "json") return json(survey, table, column);
  if (column.baseType === "bytea" || column.baseType === "tsvector" || column.baseType === "xml")
    return ask(`${column.type}: what does it hold?`);
  if (family === "network") return decideAs(survey, table, column, "network", "network address, by its type");
  if (column.enumLabels !== null || NEUTRAL.test(name)) return keep();
  if (family === "text" && /_(id|uuid|guid)$/.test(name)) {
    return { rule: { action: "keep" }, why: "an id of something else, by its name" };
  }
  if (family === "text") return ask(`${column.type}: does it say anything about a person?`);
  if (family === "array") return ask(`${column.type}: what does it list?`);
  if (family === "other" && /^(.*\.)?(geometry|geography|point|hstore)$/.test(column.baseType))
    return ask(`${column.type}: a person's place, or data of theirs?`);
  return keep();
}

function decideAs(
  survey: Survey,
  table: Table,
  column: Column,
  kind: KindRow["kind"],
  what: string,
): Decision {
  const { rule, because } = replacementFor(survey, table, column, kind);
  return { rule, why: because === "" ? what : `${what}; ${because}` };
}

/** What a column seems to hold, or undefined. */
export function kindOf(survey: Survey, table: Table, column: Column): KindRow | undefined {
  const name = snake(column.name);
  const family = familyOf(column.baseType);
  if (column.enumLabels !== null && !/gender|sex|nationality|country/.test(name)) return undefined;
  const found = KINDS.find(
    (row) =>
      row.pattern.test(name) &&
      (row.families.includes(family) || column.enumLabels !== null) &&
      (row.subjectOnly === undefined || table === survey.subject) &&
      (row.beside === undefined || table.columns.some((each) => row.beside?.test(snake(each.name)))),
  );
  // A device_type or message_format is a word of the application's.
  return found !== undefined && !STRONG.has(found.kind) && NEUTRAL.test(name) ? undefined : found;
}

const STRONG = new Set<KindRow["kind"]>(["email", "secret", "mfa", "address", "phone", "birth"]);

function json(survey: Survey, table: Table, column: Column): Decision {
  const kind = kindOf(survey, table, column);
  const personalName = PERSONAL_JSON.test(snake(column.name));
  if (personalName || (kind !== undefined && kind.kind !== "text")) {
    return decideAs(
      survey,
      table,
      column,
      kind?.kind === "secret" ? "secret" : "trait",
      `${kind?.what ?? "about the person"}, by its name`,
    );
  }
  return ask(`${column.type} may hold anything: pii.jsonRemove([…]), all of it, or keep()?`);
}

function isKeyOrReference(survey: Survey, table: Table, column: Column): boolean {
  return column.name === survey.key.name || table.foreignKeys.some((fk) => fk.columns.includes(column.name));
}

function keyOfSubject(survey: Survey, table: Table, column: Column): Decision {
  if (column.name === survey.key.name) {
    return { rule: { action: "keep", reason: "pseudonymous: other rows refer to it" }, why: null };
  }
  const fk = table.foreignKeys.find((each) => each.columns.includes(column.name));
  if (fk === undefined || fk.references.table === table.name || fk.columns.length > 1) return keep();
  return { rule: { action: "keep" }, why: `refers to ${fk.references.table}` };
}

/** A column that may point at people without being an owner. */
function reference(survey: Survey, table: Table, column: Column): string | null {
  if (looksLikeList(survey, column)) return `may list people: pii.removeElement("…")?`;
  if (looksLikeReference(survey, column) && ["text", "integer", "uuid"].includes(familyOf(column.baseType)))
    return `looks like a reference to ${survey.subject.table}, of type ${column.type}: a key, a name, or somebody else's?`;
  const pair = pairsOf(survey, table).find((each) => each.type === column || each.id === column);
  if (pair === undefined) return null;
  return pair.type === column
    ? "names the kind of row beside it: people too?"
    : "a key of any kind of row: people's too?";
}

/** A column that foreign keys point at can't change, unless they follow. */
function referencedBy(survey: Survey, table: Table, column: Column): string | null {
  const stuck = survey.catalog
    .referencing(table)
    .filter(({ fk }) => fk.references.columns.includes(column.name) && fk.onUpdate !== "cascade");
  if (stuck.length === 0) return null;
  const names = [...new Set(stuck.map(({ table: from }) => from.name))].join(", ");
  return `foreign keys of ${names} point at it, so that a new value would be refused: alter them to on update cascade?`;
}

function keep(): Decision {
  return { rule: { action: "keep" }, why: null };
}

function ask(question: string): Decision {
  return { rule: { action: "todo", question }, why: null };
}
