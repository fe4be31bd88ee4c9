/** Rows that other rules of their table say are somebody's: what is another's isn't taken for being pointed at by nothing. */
import type { KeyPlan, OwnedRows, OwnerPlan, ReferencedBy } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { whereOf } from "./guard-keys.ts";
import { castKeys, ownerKey, type Subjects } from "./owner.ts";
import { column, table } from "./text.ts";

/** Conditions of rows that are nobody's, or these subjects'. */
export function nobodyElses({ claims, ghosts, key }: ReferencedBy, subjects: Subjects, row = "t"): string[] {
  const standing = ghosts.length === 0 ? "" : ` || array[${ghosts.map(literal).join(", ")}]::${key.type}[]`;
  const keys = standing === "" ? subjects(null) : `(${subjects(null)})${standing}`;
  return claims.map((each) => `(${somebodyElses(each, row, keys, key)}) is not true`);
}

function somebodyElses(rows: OwnedRows, row: string, keys: string, key: KeyPlan, depth = 1): string {
  const { owner } = rows;
  const where = rows.where === null ? "" : ` and (${whereOf(rows.where, row)})`;
  if (owner.by !== "via") return `${another(owner, row, keys, key)}${where}`;
  const above = `p${depth}`;
  const link = owner.columns.map(
    (name, index) => `${column(owner.references[index] ?? name, above)} = ${column(name, row)}`,
  );
  const arms = owner.arms.map((arm) => `(${somebodyElses(arm, above, keys, key, depth + 1)})`);
  return `exists (\n  select from ${table(owner.parent)} ${above}\n  where ${link.join(" and ")}\n    and (${arms.join(" or ")})\n)${where}`;
}

function another(owner: Exclude<OwnerPlan, { by: "via" }>, row: string, keys: string, key: KeyPlan): string {
  const cast = owner.by === "column" || owner.by === "polymorphic" ? owner.cast : null;
  return `${ownerKey(owner, row, key)} <> all (${castKeys(keys, cast)})`;
}
