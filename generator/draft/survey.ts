/** What every part of the draft asks: the catalog, the subject, its key, and names as they will be written. */
import type { CatalogIndex } from "../catalog/lookup.ts";
import { indexCatalog } from "../catalog/lookup.ts";
import type { Catalog, Column, Table } from "../catalog/model.ts";
import { UsageError } from "../errors.ts";
import { familyOf, keyLength } from "../plan/lints/support/types.ts";

export interface Survey {
  catalog: CatalogIndex;
  subject: Table;
  key: Column;
  /** The subject's name for one row, in snake_case: users → user. */
  singular: string;
  /** Tables to look at: partitions go with the table they are part of. */
  tables: Table[];
}

const KEY_TYPES = ["uuid", "bigint", "integer", "smallint", "text", "character varying", "character"];

/** @throws UsageError where there is no such table, or it has no key that Lethe supports */
export function survey(catalog: Catalog, subjectName: string): Survey {
  const index = indexCatalog(catalog);
  const subject = index.resolveName(subjectName)[0];
  if (subject === undefined)
    throw new UsageError(`there is no table ${subjectName}`, suggestSubject(catalog));
  if (subject.partitionOf !== null) {
    throw new UsageError(
      `${subject.name} is a partition`,
      `name the whole table: --subject ${subject.partitionOf}`,
    );
  }
  return {
    catalog: index,
    subject,
    key: keyOf(index, subject),
    singular: singularOf(subject.table),
    tables: catalog.tables.filter((table) => table.partitionOf === null && table !== subject),
  };
}

function suggestSubject(catalog: Catalog): string {
  const likely = catalog.tables
    .filter((table) =>
      /^(app_?|auth_?)?(users?|accounts?|members?|people|persons?|profiles?|customers?)$/i.test(table.table),
    )
    .map((table) => table.name);
  return likely.length === 0
    ? "name the table whose rows are the people: --subject schema.table"
    : `name the table whose rows are the people, such as --subject ${likely.join(" or --subject ")}`;
}

/** The primary key where it is one column, else the unique column that most foreign keys point at. */
function keyOf(index: CatalogIndex, subject: Table): Column {
  const pointedAt = index.referencing(subject).flatMap(({ fk }) => fk.references.columns);
  const uses = (name: string) => pointedAt.filter((each) => each === name).length;
  const candidates = subject.indexes
    .filter((each) => each.unique && each.predicate === null && each.columns.length === 1)
    .toSorted(
      (a, b) => Number(b.primary) - Number(a.primary) || uses(b.columns[0] ?? "") - uses(a.columns[0] ?? ""),
    )
    .flatMap((each) => subject.columns.find((column) => column.name === each.columns[0]) ?? [])
    .filter((column) => column.notNull && KEY_TYPES.includes(column.baseType));
  if (candidates[0] !== undefined) return candidates[0];
  throw new UsageError(
    `${subject.name} has no key of a single column`,
    `a person is known by one unique NOT NULL column of type ${KEY_TYPES.slice(0, 5).join(", ")} or character: add one, such as an identity column with a unique index`,
  );
}

/** users → user, people → person, categories → category; in snake_case. */
export function singularOf(name: string): string {
  const snaked = snake(name);
  if (snaked === "people") return "person";
  return snaked
    .replace(/ies$/, "y")
    .replace(/(ss|sh|ch|x)es$/, "$1")
    .replace(/([^s])s$/, "$1");
}

/** userId → user_id, HTTPServer → http_server */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/[^\w]+/g, "_")
    .toLowerCase();
}

/** The name that the annotation has for a table: short where that leads to it. */
export function keyNameOf({ catalog }: Survey, table: Table): string {
  return catalog.resolveName(table.table)[0] === table ? table.table : table.name;
}

/** Whether every key of a subject can be written as this column's type: it is the key that is cast. */
export function holdsKey(key: Column, column: Column): "as it is" | "as text" | null {
  const [from, to] = [familyOf(key.baseType), familyOf(column.baseType)];
  if (key.baseType === column.baseType || (from === to && (from === "integer" || from === "text")))
    return "as it is";
  if (to !== "text") return null;
  const length = keyLength(key.baseType, key.maxLength);
  return column.maxLength === null || (length !== null && length <= column.maxLength) ? "as text" : null;
}

export function isNotNull(column: Column | undefined): boolean {
  return column !== undefined && (column.notNull || (column.domain?.notNull ?? false));
}
