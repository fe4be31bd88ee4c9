/** L020: rows that are to lose their owner, but can't be without one. */
import type { Table } from "../../catalog/model.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";
import { judge } from "./support/check-expression.ts";
import { updates } from "./support/updates.ts";

export const detachNotNull: Lint = (plan, context) => {
  for (const { table, detach, operation, path } of updates(plan, context)) {
    const orphans = operation?.reassign?.orElse === "detach" ? [operation.reassign.column] : [];
    for (const name of [...detach, ...orphans]) {
      const how = detach.includes(name) ? "detaching sets it to NULL" : 'orElse: "detach" sets it to NULL';
      if (!isNotNull(context, table, name)) {
        // A CHECK can act as NOT NULL. Those of the table are L018's where a rule detaches.
        const checks = [
          ...domainChecks(context, table, name),
          ...(detach.includes(name) ? [] : tableChecks(table, name)),
        ];
        for (const check of checks) {
          const verdict = nullUnder(check, name);
          if (verdict === "passes") continue;
          report(context, {
            code: "L020",
            level: verdict === "fails" ? "error" : "warning",
            subject: `${table.name}.${name}`,
            message:
              verdict === "fails"
                ? `${how}, but ${check.name} forbids it: ${check.expression}`
                : `${how}, and whether ${check.name} lets NULL pass can't be told from here`,
            remedy:
              verdict === "fails"
                ? `write rows: "delete" or reassign("…"), or alter ${check.name}`
                : `make sure that it does: ${check.expression}`,
            path,
          });
        }
        continue;
      }
      const primary = context.catalog.primaryKey(table)?.includes(name) === true;
      const retained = operation?.class === "retain" ? ": retained rows are detached under hard_delete" : "";
      report(context, {
        code: "L020",
        subject: `${table.name}.${name}`,
        message: `${how}${retained}, but the column is ${primary ? "part of the primary key" : "NOT NULL"}`,
        remedy: `write rows: "delete" or reassign("…")${primary ? "" : `, or alter the column: drop not null on ${name}`}`,
        path,
      });
    }
  }
};

function isNotNull(context: PlanContext, table: Table, name: string): boolean {
  const column = context.catalog.column(table, name);
  return column !== undefined && (column.notNull || (column.domain?.notNull ?? false));
}

interface NamedCheck {
  /** "the domain …" or "the CHECK …" */
  name: string;
  expression: string;
}

function domainChecks(context: PlanContext, table: Table, name: string): NamedCheck[] {
  const domain = context.catalog.column(table, name)?.domain;
  return (domain?.checks ?? []).map((expression) => ({ name: `the domain ${domain?.name}`, expression }));
}

function tableChecks(table: Table, name: string): NamedCheck[] {
  return table.checks
    .filter((check) => check.columns.includes(name))
    .map((check) => ({ name: `the CHECK ${check.name}`, expression: check.expression }));
}

/** In a domain's CHECK the value is called VALUE. */
function nullUnder(check: NamedCheck, name: string) {
  return judge(check.expression, (each) =>
    each === name || each.toLowerCase() === "value"
      ? { known: true, value: null }
      : { known: false, notNull: false },
  );
}
