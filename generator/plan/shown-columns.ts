/** Of a row that an export shows, the columns: no secret, no key of anybody else, and no more of a shared row than is theirs. */
import type { Rule } from "../annotation/model.ts";
import type { Column, Table } from "../catalog/model.ts";
import { castFor } from "./compare.ts";
import type { Decision, PlanContext } from "./context.ts";
import { columnSources, type DeclaredColumn } from "./export-columns.ts";
import { keyColumnOf, keyColumns } from "./key-columns.ts";
import { familyOf } from "./lints/support/types.ts";
import type { KeyPlan, OwnedRows } from "./model.ts";
import { effective, rulesOf } from "./owner.ts";
import { looksSecret } from "./secret-columns.ts";

export type ExportedColumn = { column: string } & (
  | { show: "value" }
  /** A key of people: null where it isn't the subject's. */
  | { show: "key"; cast: string | null }
  /** The same where another column says what kind of thing the key names. */
  | { show: "polymorphic_key"; type: string; value: string; cast: string | null }
  /** A copy of another column of a person's row, by foreign key: null where it isn't the subject's. */
  | { show: "copy"; of: string }
);

export interface Whole {
  context: PlanContext;
  subject: Decision;
  key: KeyPlan;
}

/** The row is somebody else's, and the subject only appears in it: by this rule, or because its parent's row is. */
export type Shared = false | "itself" | "parent";

export function columnsOf(
  whole: Whole,
  decision: Decision,
  rule: Rule | null,
  rows: OwnedRows,
  shared: Shared,
): ExportedColumn[] {
  const { table } = decision;
  const sources = columnSources(decision, rule);
  const { signingIn } = sources;
  const secret = (column: Column) => sources.of(column.name).secret || looksSecret(table, column, signingIn);
  const keys = keysOfPeople(whole, decision);
  const ids = new Set(whole.context.catalog.primaryKey(table) ?? []);
  // Whoever knows a session's key may be all that opens it, unless it could be guessed anyway.
  const bearer = (column: Column) =>
    sources.session && ids.has(column.name) && familyOf(column.baseType) !== "integer";
  return table.columns.flatMap((column): ExportedColumn[] => {
    const key = keys.get(column.name);
    if (key !== undefined && !sources.of(column.name).secret)
      return [isOwner(rows, column.name) ? value(column) : key];
    // Generated columns say again what others say.
    if (column.generated !== null || secret(column) || bearer(column) || sources.mfa) return [];
    const pointer = ids.has(column.name) || table.foreignKeys.some((fk) => fk.columns.includes(column.name));
    const declared = sources.of(column.name);
    const claimed = shared === "itself" && declared.claimed;
    if (shared && !pointer && !claimed && !isHarmless(declared, column)) return [];
    return [value(column)];
  });
}

function value(column: Column): ExportedColumn {
  return { column: column.name, show: "value" };
}

/** The rows are found by it, so it holds nobody else. */
function isOwner({ owner }: OwnedRows, column: string): boolean {
  return (
    (owner.by === "column" && owner.column === column) || (owner.by === "polymorphic" && owner.id === column)
  );
}

/** In somebody else's row: what is said not to be personal, and what can't hold text. */
function isHarmless(declared: DeclaredColumn, column: Column): boolean {
  if (declared.decided) return !declared.personal;
  const family = familyOf(column.baseType);
  return (
    ["integer", "number", "boolean", "uuid", "date", "time"].includes(family) || column.enumLabels !== null
  );
}

/** Columns that hold a person's key or a copy of their columns, each with how to tell that it is the subject's. */
function keysOfPeople({ context, subject, key }: Whole, decision: Decision): Map<string, ExportedColumn> {
  const found = new Map<string, ExportedColumn>();
  const { table } = decision;
  const cast = (column: string) => castFor(columnType(context, table, column), key.type);
  const keys = keyColumns(context, subject);
  for (const fk of table.foreignKeys) {
    const direct = keyColumnOf(fk, keys);
    if (direct !== null) found.set(direct, { column: direct, show: "key", cast: cast(direct) });
    if (fk.references.table !== subject.table.name) continue;
    for (const [index, column] of fk.columns.entries()) {
      const of = fk.references.columns[index] ?? key.column;
      if (of === key.column) found.set(column, { column, show: "key", cast: cast(column) });
      else if (!found.has(column)) found.set(column, { column, show: "copy", of });
    }
  }
  if (decision.annotation.class !== "table") return found;
  for (const { rule } of rulesOf(decision)) {
    const { owner } = effective(rule);
    if (owner?.by === "column" && columnType(context, table, owner.column) !== "")
      found.set(owner.column, { column: owner.column, show: "key", cast: cast(owner.column) });
    if (owner?.by === "polymorphic") {
      const { id, type, value } = owner;
      found.set(id, { column: id, show: "polymorphic_key", type, value, cast: cast(id) });
    }
  }
  return found;
}

function columnType(context: PlanContext, table: Table, column: string): string {
  return context.catalog.column(table, column)?.baseType ?? "";
}
