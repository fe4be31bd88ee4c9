/** L036: indexes that PostgreSQL can't use once a policy stands before them (operators that aren't leakproof). */
import type { Index, Table } from "../../catalog/model.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { hiddenTables } from "./support/hiding.ts";

export const indexUnusedUnderRls: Lint = (plan, context) => {
  for (const { table, rls, path } of hiddenTables(plan, context)) {
    if (rls === null) continue;
    // Where policies are in force already, these indexes are out of use today.
    if (table.policies.length > 0 && table.rowSecurity !== "off") continue;
    const unused = table.indexes.filter((index) => isUnused(table, index)).map((index) => index.name);
    if (unused.length === 0) continue;
    report(context, {
      code: "L036",
      level: "warning",
      subject: table.name,
      message: `under a policy PostgreSQL doesn't use ${unused.join(", ")}: full text, citext and functions such as lower() aren't leakproof`,
      remedy: `write view: ${JSON.stringify(`active_${table.table}`)} in place of rls and let the application read that, or search as a role that owns the table`,
      path: [...path, "rls"],
    });
  }
};

function isUnused(table: Table, index: Index): boolean {
  if (index.expressions.length > 0 || index.method === "gin" || index.method === "gist") return true;
  const first = table.columns.find((column) => column.name === index.columns[0]);
  return first !== undefined && /(^|\.)citext$/.test(first.baseType);
}
