/** L055: a policy that calls a function for each row, though the answer is the same for all of them. */
import { calledPerRow } from "../../policy-calls.ts";
import { ident, qualified } from "../../quote.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { hiddenTables } from "./support/hiding.ts";
import { decisionOf } from "./support/names.ts";
import { erasedTables } from "./support/personal.ts";

export const policyCallsPerRow: Lint = (plan, context) => {
  const hidden = hiddenTables(plan, context).map(({ table }) => table);
  const tables = new Set([...hidden, ...erasedTables(plan, context).values()]);
  for (const table of tables) {
    if (table.rowSecurity === "off") continue;
    for (const policy of table.policies) {
      const calls = [policy.using, policy.check].flatMap((text) => (text === null ? [] : calledPerRow(text)));
      const [first] = calls;
      if (first === undefined) continue;
      report(context, {
        code: "L055",
        level: "warning",
        subject: `${table.name}, policy ${policy.name}`,
        message: `the policy calls ${[...new Set(calls)].join(", ")} for each row that a query looks at, though the answer doesn't depend on the row`,
        remedy: `put the call into a subquery, which runs once a statement: (select ${first}); alter policy ${ident(policy.name)} on ${qualified(table.schema, table.table)} …; then run \`lethe sync\``,
        path: decisionOf(context, table)?.path ?? ["tables"],
      });
    }
  }
};
