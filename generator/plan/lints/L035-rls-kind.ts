/** L035: row-level security that would hide everything from everyone, or show what was hidden. */
import type { Table } from "../../catalog/model.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { hiddenTables } from "./support/hiding.ts";

export const rlsKind: Lint = (plan, context) => {
  for (const { table, rls, path } of hiddenTables(plan, context)) {
    const problem = rls === "hide" ? hide(table) : rls === "restrict" ? restrict(table) : null;
    if (problem === null) continue;
    report(context, { code: "L035", subject: table.name, path: [...path, "rls"], ...problem });
  }
};

interface Problem {
  message: string;
  remedy: string;
}

function hide(table: Table): Problem | null {
  if (table.policies.length > 0) {
    return {
      message: `rls: "hide" adds a policy that permits every row, and the table has policies of its own (${names(table)}), which that would undo`,
      remedy: 'write rls: "restrict": it only takes hidden rows away from what the policies allow',
    };
  }
  if (table.rowSecurity === "off") return null;
  return {
    message:
      'row-level security is on without a policy, so that nobody but the owner sees a row; rls: "hide" would show them all',
    remedy: 'leave rls out, or write the policies that the application needs and rls: "restrict"',
  };
}

function restrict(table: Table): Problem | null {
  const permissive = table.policies.some(
    (policy) => policy.permissive && ["all", "select"].includes(policy.command),
  );
  if (!permissive) {
    return {
      message:
        'rls: "restrict" only takes rows away, and no policy of the table permits any: everything would be hidden from everyone, sign-in first',
      remedy: 'write rls: "hide", which permits every row that isn\'t hidden',
    };
  }
  if (table.rowSecurity !== "off") return null;
  return {
    message: `the table's policies (${names(table)}) are not in force, since row-level security is off; rls: "restrict" would put them into force`,
    remedy:
      "enable row-level security yourself where that is meant, or drop the policies, then run `lethe sync`",
  };
}

function names(table: Table): string {
  return table.policies.map((policy) => policy.name).join(", ");
}
