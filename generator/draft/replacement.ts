/** What to write in place of a personal value, so that the column takes it: nullability, uniqueness, length, type. */
import type { ColumnOptions, ColumnRule, Transform } from "../annotation/model.ts";
import type { Column, Table } from "../catalog/model.ts";
import { mentions } from "../plan/lints/support/names.ts";
import { familyOf, keyLength } from "../plan/lints/support/types.ts";
import type { Kind } from "./column-kinds.ts";
import { isNotNull, type Survey, snake } from "./survey.ts";

export interface Replacement {
  rule: ColumnRule;
  /** What the column demands, for the comment; empty where NULL will do. */
  because: string;
}

/** Fixed texts, the best first; the first that fits the length is taken. */
const WORDS: Partial<Record<Kind, string[]>> = {
  name: ["Deleted user", "Deleted", "-", ""],
  username: ["deleted", "-", ""],
  text: ["[deleted]", "-", ""],
  network: ["0.0.0.0", ""],
};

export function replacementFor(survey: Survey, table: Table, column: Column, kind: Kind): Replacement {
  const isSubject = table === survey.subject;
  const family = familyOf(column.baseType);
  const notNull = isNotNull(column);
  const unique = isUnique(table, column);
  if (kind === "secret") return secretFor(column, notNull, unique, { secret: true });
  if (kind === "mfa") return secretFor(column, notNull, unique, { mfa: true, secret: true });
  if (kind === "pending email" && !notNull && isSubject) {
    return {
      rule: personal({ action: "null" }, { at: "schedule" }),
      because: "dropped as soon as it is scheduled",
    };
  }
  if (
    kind === "email" &&
    isSubject &&
    family === "text" &&
    /^(e_?mail|e_?mail_address|primary_e_?mail)$/i.test(snake(column.name))
  ) {
    if (fitsEmail(survey, column)) {
      return {
        rule: personal({ action: "email" }, { onSoftDelete: true }),
        because: "free for a new registration",
      };
    }
    if (notNull) return undecided(`the placeholder address is longer than ${column.type}: what instead?`);
  }
  if (!notNull) {
    if (column.enumLabels !== null) return nothing();
    if (kind === "birth" && family === "date" && !isSubject) return nothing();
    const shown =
      isSubject && kind === "name" && /^(display|full)_?name$/.test(snake(column.name)) && !unique;
    return shown ? fixed(column, WORDS.name ?? [], "shown beside what stays") : nothing();
  }
  if (column.enumLabels !== null) {
    return undecided(`NOT NULL, one of ${column.enumLabels.join(", ")}: which one?`);
  }
  if (unique) return uniqueFor(survey, table, column, isSubject, kind);
  switch (family) {
    case "text":
      if (kind === "email")
        return fitsEmail(survey, column) ? email("NOT NULL") : fixed(column, ["-", ""], "NOT NULL");
      return fixed(column, WORDS[kind] ?? ["[deleted]", "-", ""], "NOT NULL");
    case "network":
      return {
        rule: personal({ action: "truncate", to: "network" }),
        because: "NOT NULL: cut to its network",
      };
    case "date":
      return { rule: personal({ action: "truncate", to: "year" }), because: "NOT NULL: cut to its year" };
    case "array":
      return { rule: personal({ action: "empty_array" }), because: "NOT NULL" };
    case "json":
      return { rule: personal({ action: "literal", value: "{}" }), because: "NOT NULL" };
    case "integer":
    case "number":
      return { rule: personal({ action: "literal", value: 0 }), because: "NOT NULL" };
    default:
      return undecided(`NOT NULL, of type ${column.type}: what to write instead?`);
  }
}

function secretFor(
  column: Column,
  notNull: boolean,
  unique: boolean,
  flags: Partial<ColumnOptions>,
): Replacement {
  if (!notNull) return { rule: personal({ action: "null" }, flags), because: "" };
  if (unique) return undecided("a secret, NOT NULL and unique: drop NOT NULL, or what to write instead?");
  const family = familyOf(column.baseType);
  const value =
    family === "array" ? "{}" : family === "json" ? "{}" : family === "uuid" ? NIL : flags.mfa ? "" : "!";
  if (!["text", "array", "json", "uuid"].includes(family) && column.baseType !== "bytea") {
    return undecided(`a secret, NOT NULL, of type ${column.type}: what to write instead?`);
  }
  return { rule: personal({ action: "literal", value }, flags), because: "NOT NULL" };
}

const NIL = "00000000-0000-0000-0000-000000000000";

function uniqueFor(
  survey: Survey,
  table: Table,
  column: Column,
  isSubject: boolean,
  kind: Kind,
): Replacement {
  if (familyOf(column.baseType) !== "text") return undecided("NOT NULL and unique: what to write instead?");
  const hole = isSubject ? "{id}" : "{key}";
  const own = survey.catalog.primaryKey(table) ?? [];
  const hold = isSubject ? survey.key : table.columns.find((each) => each.name === own[0]);
  if (!isSubject && own.length !== 1)
    return undecided("NOT NULL and unique, without a key of one column: what instead?");
  const length = hold === undefined ? null : keyLength(hold.baseType, hold.maxLength);
  const templates =
    kind === "email" ? [`deleted_${hole}@deleted.invalid`] : [`deleted_${hole}`, `del_${hole}`, hole];
  const fitting = templates.find(
    (each) =>
      column.maxLength === null ||
      (length !== null && each.length - hole.length + length <= column.maxLength),
  );
  if (fitting === undefined) return undecided(`NOT NULL and unique, of type ${column.type}: what fits?`);
  return { rule: personal({ action: "template", template: fitting }), because: "NOT NULL, unique" };
}

function fixed(column: Column, words: string[], because: string): Replacement {
  const value = words.find((word) => column.maxLength === null || word.length <= column.maxLength) ?? "";
  return { rule: personal({ action: "literal", value }), because };
}

function email(because: string): Replacement {
  return { rule: personal({ action: "email" }), because };
}

function nothing(): Replacement {
  return { rule: personal({ action: "null" }), because: "" };
}

function fitsEmail({ key }: Survey, column: Column): boolean {
  const length = keyLength(key.baseType, key.maxLength);
  return (
    column.maxLength === null ||
    (length !== null && "deleted_@deleted.invalid".length + length <= column.maxLength)
  );
}

export function personal(transform: Transform, options: Partial<ColumnOptions> = {}): ColumnRule {
  return { ...transform, personal: true, ...options };
}

export function undecided(question: string): Replacement {
  return { rule: { action: "todo", question }, because: "" };
}

function isUnique(table: Table, column: Column): boolean {
  return table.indexes.some(
    (index) =>
      index.unique &&
      (index.columns.includes(column.name) || index.expressions.some((each) => mentions(each, column.name))),
  );
}
