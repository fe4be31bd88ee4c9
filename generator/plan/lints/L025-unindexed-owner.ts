/** L025: rows that could only be found by reading the whole table, at each deletion and each look. */
import type { AnnotationPath, TableAnnotation } from "../../annotation/model.ts";
import type { Table } from "../../catalog/model.ts";
import { ident, qualified } from "../../quote.ts";
import { columnsRead, sameExpression } from "../../same-expression.ts";
import { type PlanContext, report } from "../context.ts";
import { matchColumns } from "../match.ts";
import type { OwnerPlan, Referrer } from "../model.ts";
import { isOrphaned } from "../referenced-by.ts";
import type { Lint } from "./index.ts";
import { declaredRules } from "./support/declared.ts";

export const unindexedOwner: Lint = (plan, context) => {
  for (const { table, rows, path, decision } of declaredRules(plan, context)) {
    if (table.kind === "foreign table") continue;
    if (rows.owner.by === "sql") {
      const at = ownerPath(decision.annotation as TableAnnotation, path);
      unindexedExpression(context, table, rows.owner.expression, at);
      continue;
    }
    if (isOrphaned(rows))
      unindexedReferrers(
        context,
        rows.owner.referrers,
        ownerPath(decision.annotation as TableAnnotation, path),
      );
    const columns = lookupColumns(context, table, rows.owner);
    if (columns === null) continue;
    report(context, {
      code: "L025",
      subject: `${table.name}.${columns.join(", ")}`,
      message:
        "no index finds the rows of a person by this column, so that every deletion reads the whole table",
      remedy: `create it, then run \`lethe sync\`: ${createIndex(table, columns)}`,
      path: ownerPath(decision.annotation as TableAnnotation, path),
    });
  }
};

/** Whether anything points at a row is asked of every foreign key that leads there. */
function unindexedReferrers(context: PlanContext, referrers: Referrer[], path: AnnotationPath): void {
  for (const each of referrers) {
    const table = context.catalog.table(each.table.name);
    if (table === undefined || context.catalog.hasIndexOn(table, each.columns)) continue;
    report(context, {
      code: "L025",
      subject: `${table.name}.${each.columns.join(", ")}`,
      message:
        "no index says whether a row is still pointed at, so that every deletion reads the whole table",
      remedy: `create it, then run \`lethe sync\`: ${createIndex(table, each.columns)}`,
      path,
    });
  }
}

/** PostgreSQL may print an expression in words that aren't recognised, so this only warns. */
function unindexedExpression(
  context: PlanContext,
  table: Table,
  expression: string,
  path: AnnotationPath,
): void {
  const indexed = table.indexes.some(
    (index) =>
      index.valid &&
      (index.method === "btree" || index.method === "hash") &&
      index.predicate === null &&
      leads(index, expression),
  );
  if (indexed) return;
  const own = columnsRead(expression);
  const subject = `${table.name}: ${expression.trim()}`;
  if (own === null) {
    report(context, {
      code: "L025",
      level: "warning",
      subject,
      message:
        "no index can find the rows of a person by an expression that looks into other tables: every deletion reads the whole table",
      remedy: 'hold the owner in a column, or write owner: via("…")',
      path,
    });
    return;
  }
  const bare = expression.trim().replace(/\bt\./g, "");
  report(context, {
    code: "L025",
    level: "warning",
    subject,
    message:
      "no index on this expression was recognised; without one every deletion and every look reads the whole table",
    remedy: `create it, then run \`lethe sync\`: ${createIndexOn(table, `(${bare})`)}`,
    path,
  });
}

/** The index begins with the expression, or with the one column that it is. */
function leads(index: Table["indexes"][number], expression: string): boolean {
  const [first] = index.columns;
  if (first === undefined) return false;
  return sameExpression(expression, first === null ? (index.expressions[0] ?? "") : ident(first));
}

/** The columns that lack an index; null where nothing does. */
function lookupColumns(context: PlanContext, table: Table, owner: OwnerPlan): string[] | null {
  const wanted =
    owner.by === "column"
      ? [[owner.column]]
      : owner.by === "match"
        ? [[owner.column], matchColumns(owner)]
        : owner.by === "via"
          ? [owner.columns]
          : owner.by === "polymorphic"
            ? [[owner.id], [owner.type, owner.id]]
            : [];
  if (wanted.length === 0 || wanted.some((columns) => context.catalog.hasIndexOn(table, columns)))
    return null;
  return wanted.at(-1) ?? null;
}

function createIndex(table: Table, columns: string[]): string {
  return createIndexOn(table, columns.map(ident).join(", "));
}

function createIndexOn(table: Table, keys: string): string {
  const on = `${qualified(table.schema, table.table)} (${keys});`;
  // PostgreSQL can't build the index of a partitioned table concurrently.
  return table.kind === "partitioned table" ? `create index on ${on}` : `create index concurrently on ${on}`;
}

function ownerPath(annotation: TableAnnotation, path: AnnotationPath): AnnotationPath {
  return annotation.rules[Number(path.at(-1))]?.owner === undefined ? path : [...path, "owner"];
}
