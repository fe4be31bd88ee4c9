/** L014: NULL into a column that is NOT NULL. */
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { objectKey } from "./support/names.ts";
import { suggestion } from "./support/suggest.ts";
import { columnChanges } from "./support/updates.ts";

export const nullIntoNotNull: Lint = (plan, context) => {
  for (const { table, change, path } of columnChanges(plan, context)) {
    if (change.transform.action !== "null" || !change.notNull) continue;
    const column = context.catalog.column(table, change.column);
    if (column === undefined) continue;
    const key = objectKey(change.column);
    const instead = change.secret || change.mfa ? secretInstead(change.mfa) : suggestion(table, column);
    const where = column.notNull ? "the column is NOT NULL" : `its domain ${column.domain?.name} is NOT NULL`;
    report(context, {
      code: "L014",
      subject: `${table.name}.${change.column}`,
      message: `the value becomes NULL${change.unless === null ? "" : " where `unless` doesn't hold"}, but ${where}`,
      remedy: `write ${key}: ${instead}, or alter the column to be nullable`,
      path,
    });
  }
};

function secretInstead(mfa: boolean): string {
  return mfa ? 'mfa.secret({ to: "" })' : 'secret({ to: "!" })';
}
