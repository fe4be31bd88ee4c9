/**
 * Columns that hold a person's key and are unique: the subject's own, and those of its parts. A foreign key to any of
 * them names a person.
 */
import type { SubjectAnnotation } from "../annotation/model.ts";
import type { ForeignKey, Table } from "../catalog/model.ts";
import type { Decision, PlanContext } from "./context.ts";

export interface KeyColumn {
  table: string;
  column: string;
}

export function keyColumns(context: PlanContext, subject: Decision): KeyColumn[] {
  const own = { table: subject.table.name, column: (subject.annotation as SubjectAnnotation).key };
  const parts = [...context.decisions.values()].flatMap(({ table, annotation }): KeyColumn[] => {
    if (annotation.class !== "table") return [];
    return annotation.rules.flatMap((rule) => {
      if (rule.class !== "part") return [];
      if (rule.owner !== undefined)
        return rule.owner.by === "column" ? [{ table: table.name, column: rule.owner.column }] : [];
      const [only, ...more] = columnsTo(table, [own]);
      return only === undefined || more.length > 0 ? [] : [{ table: table.name, column: only }];
    });
  });
  return [own, ...parts];
}

/** The column of a foreign key that leads to a person's key; null where it leads elsewhere. */
export function keyColumnOf(fk: ForeignKey, keys: KeyColumn[]): string | null {
  const [column] = fk.columns;
  if (fk.columns.length !== 1 || column === undefined) return null;
  return keys.some((key) => fk.references.table === key.table && fk.references.columns[0] === key.column)
    ? column
    : null;
}

/** The table's own columns that refer to a person's key, each once. */
export function columnsTo(table: Table, keys: KeyColumn[]): string[] {
  const others = keys.filter((key) => key.table !== table.name);
  return [...new Set(table.foreignKeys.flatMap((fk) => keyColumnOf(fk, others) ?? []))];
}
