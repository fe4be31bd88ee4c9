/** L062: rows that point at retained ones, and would keep them from being purged, or go with them unsaid. */
import type { ForeignKey, Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { type Declared, declaredRules } from "./support/declared.ts";
import { annotationName, rootOf } from "./support/names.ts";
import { blocks, columnsOf } from "./support/references.ts";

export const retainedRowsReferenced: Lint = (plan, context) => {
  const rules = declaredRules(plan, context);
  for (const retained of rules.filter(({ rule }) => rule.class === "retain"))
    for (const { table, fk } of context.catalog.referencing(retained.table))
      check(context, rules, retained, rootOf(context, table), fk);
};

function check(
  context: PlanContext,
  rules: Declared[],
  { table, path }: Declared,
  child: Table,
  fk: ForeignKey,
): void {
  const cascades = fk.onDelete === "cascade";
  if ((!cascades && !blocks(fk)) || child === table || gone(rules, child, table)) return;
  report(context, {
    code: "L062",
    level: "warning",
    subject: `${child.name}.${columnsOf(fk)}`,
    message: cascades
      ? `when rows of ${table.name} are purged, rows of ${child.name} go with them (foreign key ${fk.name}), though no rule says so`
      : `rows of ${child.name} would keep rows of ${table.name} from being purged when their time is over (foreign key ${fk.name}, on delete ${fk.onDelete})`,
    remedy: `say what becomes of them: retain({ owner: via(${JSON.stringify(annotationName(context, table))}), … }) keeps them for the same time and purges them first, content({ owner: via(…), rows: "delete" }) deletes them at execution; or alter the foreign key: on delete set null`,
    path,
  });
}

/** Its rows go before the retained ones do: at execution, or by a time of their own. */
function gone(rules: Declared[], child: Table, parent: Table): boolean {
  return rules.some(
    ({ table, rule, rows, action }) =>
      table === child &&
      rows.owner.by === "via" &&
      rows.owner.parent.name === parent.name &&
      (rule.class === "retain" || (action.anonymize === "delete" && action.hard_delete === "delete")),
  );
}
