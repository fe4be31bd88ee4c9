/**
 * What every part of the planner works with: the annotation, the indexed catalog, the tables that the annotation
 * names resolved to those of the catalog, and the one list that findings go to.
 */
import type { Annotation, AnnotationPath, AnyTableAnnotation } from "../annotation/model.ts";
import type { CatalogIndex } from "../catalog/lookup.ts";
import type { Table } from "../catalog/model.ts";
import type { Finding } from "../errors.ts";
import type { TableRef } from "./model.ts";

/** A table that the annotation decides. */
export interface Decision {
  table: Table;
  annotation: AnyTableAnnotation;
  path: AnnotationPath;
}

export interface PlanContext {
  annotation: Annotation;
  catalog: CatalogIndex;
  /** By the table's name in the catalog. */
  decisions: Map<string, Decision>;
  findings: Finding[];
}

export function report(
  context: PlanContext,
  finding: Omit<Finding, "level"> & { level?: Finding["level"] },
): void {
  // Several strategies and rules meet the same obstacle; it is told once.
  const known = context.findings.some(
    (each) =>
      each.code === finding.code && each.subject === finding.subject && each.message === finding.message,
  );
  if (!known) context.findings.push({ level: "error", ...finding });
}

export function ref(table: Table): TableRef {
  return { schema: table.schema, table: table.table, name: table.name };
}

/** Thrown and caught inside the planner where one part can't go on; what is wrong has been reported. */
export class Unresolved extends Error {}

/** The column, or a finding and Unresolved. */
export function columnOrFail(context: PlanContext, table: Table, column: string, path: AnnotationPath) {
  const found = context.catalog.column(table, column);
  if (found === undefined) {
    report(context, {
      code: "L011",
      subject: `${table.name}.${column}`,
      message: "there is no such column in the catalog snapshot",
      remedy: `one of: ${table.columns.map((each) => each.name).join(", ")}`,
      path,
    });
    throw new Unresolved();
  }
  return found;
}
