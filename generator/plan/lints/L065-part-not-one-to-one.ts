/** L065: a part that isn't one row a person by an index, or that gives the person's key away. */
import type { AnnotationPath } from "../../annotation/model.ts";
import { isUniqueBy } from "../../catalog/lookup.ts";
import type { Table } from "../../catalog/model.ts";
import { ident, qualified } from "../../quote.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { type Declared, declaredRules } from "./support/declared.ts";

export const partNotOneToOne: Lint = (plan, context) => {
  const seen = new Set<Table>();
  for (const part of declaredRules(plan, context)) {
    if (part.rule.class !== "part") continue;
    check(context, part, seen.has(part.table));
    seen.add(part.table);
  }
};

function check(context: PlanContext, { table, rule, path, rows, decision }: Declared, again: boolean): void {
  const at: AnnotationPath = rule.owner === undefined ? path : [...path, "owner"];
  const problem = (message: string, remedy: string, subject = table.name, where = at) =>
    report(context, { code: "L065", subject, message, remedy, path: where });
  const { owner } = rows;
  if (again) problem("the table is a part twice", "keep one part(); another way to belong is content()");
  if (owner.by !== "column") {
    problem(
      "a part is found by a column that holds the person's key",
      'name that column, or write content({ … }): at: "schedule", restore and the freeze are for parts alone',
    );
    return;
  }
  const subject = `${table.name}.${owner.column}`;
  if (!isUniqueBy(table, owner.column))
    problem(
      "a person may have several of these rows: no unique index on this column alone says otherwise",
      `create it, then run \`lethe sync\`: ${uniqueIndex(table, owner.column)} — or write content({ … }) where there may be several`,
      subject,
    );
  const { columns } = decision.annotation.class === "table" ? decision.annotation : { columns: undefined };
  const said = { ...columns, ...rule.columns }[owner.column];
  if (said !== undefined && said.action !== "keep" && said.action !== "todo")
    problem(
      "the person's key in a part can't change: nothing would find the row again",
      `remove ${owner.column} from columns`,
      subject,
      [...(rule.columns === undefined ? decision.path : path), "columns", owner.column],
    );
}

function uniqueIndex(table: Table, column: string): string {
  // PostgreSQL can't build the index of a partitioned table concurrently.
  const how = table.kind === "partitioned table" ? "" : "concurrently ";
  return `create unique index ${how}on ${qualified(table.schema, table.table)} (${ident(column)});`;
}
