/** Whose a row is that a guard holds. */
import type { OwnedRows, OwnerPlan, Plan } from "../plan/model.ts";
import { asKey, ownerKey } from "./owner.ts";
import { column, indent, table } from "./text.ts";

type Via = Extract<OwnerPlan, { by: "via" }>;

/** A rule's condition about a row that a trigger holds, or a look names. */
export function whereOf(where: string, row: string): string {
  return `select ${where.trim()} from (select ${row}.*) t`;
}

export function isVia(rows: OwnedRows): rows is OwnedRows & { owner: Via } {
  return rows.owner.by === "via";
}

/**
 * The parent's own conditions count, and all of its rules: what hangs on a row that is nobody's is nobody's, and what
 * hangs on a row of two people is both's.
 */
export function refuseBelow(plan: Plan, rows: OwnedRows & { owner: Via }): string {
  const was = rows.where === null ? "" : `\n  where (${whereOf(rows.where, "old")})`;
  // Nobody who had the row before is new to it.
  return [
    "perform lethe.refuse_sign_in(k.key)",
    "from (",
    `  select n.key from (\n${indent(keysAbove(plan, rows.owner, "new", 1), 4)}\n  ) n (key)`,
    "  except",
    `  select o.key from (\n${indent(keysAbove(plan, rows.owner, "old", 1), 4)}\n  ) o (key)${was}`,
    "  order by 1",
    ") k (key);",
  ].join("\n");
}

function keysAbove(plan: Plan, owner: Via, row: string, level: number): string {
  const above = `p${level}`;
  const joined = owner.columns.map(
    (name, index) => `${column(owner.references[index] ?? name, above)} = ${column(name, row)}`,
  );
  return owner.arms
    .map((arm) => {
      const own = arm.where === null ? [] : [`(${whereOf(arm.where, above)})`];
      const where = `where ${[...joined, ...own].join("\n  and ")}`;
      if (arm.owner.by !== "via")
        return `select ${asKey(plan, arm.owner, ownerKey(arm.owner, above, plan.key))}\nfrom ${table(owner.parent)} ${above}\n${where}`;
      const further = keysAbove(plan, arm.owner, above, level + 1);
      return `select a${level}.key\nfrom ${table(owner.parent)} ${above}\ncross join lateral (\n${indent(further, 2)}\n) a${level} (key)\n${where}`;
    })
    .join("\nunion all\n");
}
