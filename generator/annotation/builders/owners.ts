/** Builders that say whose a row is, and to whom it goes. */
import type { Owner, Reassign, Sql } from "../model.ts";
import { merge } from "./merge.ts";

/**
 * The owner of the parent row, to any depth. `columns` (and `references`) only where several foreign keys lead there,
 * or none does.
 * @example comment_edits: content({ owner: via("comments"), rows: "delete" })
 */
export function via(
  table: string,
  options?: { columns?: string[]; references?: string[] },
): Extract<Owner, { by: "via" }> {
  return merge({ by: "via" as const, table }, options ?? {});
}

/**
 * The other way round: rows of `table` (or the person's own row) point at this one, such as orders at an address. It is
 * theirs while nobody else's row points at it: under a strategy that deletes or transforms it, that happens once no row
 * of any table points there any more. `columns` of `table` only where several foreign keys lead here.
 * @example addresses: content({ owner: referencedBy("orders"), rows: "delete" })
 */
export function referencedBy(
  table: string,
  options?: { columns?: string[] },
): Extract<Owner, { by: "referenced_by" }> {
  return merge({ by: "referenced_by" as const, table }, options ?? {});
}

/**
 * A pair of columns that names any kind of row: `type` holds `value` where `id` is a person's key.
 * @example notes: content({ owner: polymorphic({ type: "notable_type", id: "notable_id", value: "User" }) })
 */
export function polymorphic(pair: {
  type: string;
  id: string;
  value: string;
}): Extract<Owner, { by: "polymorphic" }> {
  return merge({ by: "polymorphic" as const }, pair);
}

/**
 * An SQL expression over `t` that yields the person's key, for rows that hold it inside JSON, say.
 * @example sessions: session({ owner: ownerSql("(t.data ->> 'user_id')::uuid") })
 */
export function ownerSql(expression: Sql): Extract<Owner, { by: "sql" }> {
  return { by: "sql", expression };
}

/**
 * Rows that name the person only by a value, such as an e-mail address: `column` holds what the subject's row holds in
 * `value` (default: the column of the same name). `if` is SQL over the subject's row `t` that says when the value is proved
 * to be theirs: without it, whoever registers a victim's address would erase the victim's rows. The value is the one at
 * the time of the schedule. `value` may be an SQL expression over the subject's row. `and`: where a value is unique only
 * beside others, columns of the row that must equal columns of the subject's.
 * @example verifications: session({ owner: match("identifier", { value: "email", if: "t.email_verified" }) })
 * @example tokens: session({ owner: match("address", { value: { sql: "lower(t.email)" }, if: "t.verified" }) })
 * @example passcodes: session({ owner: match("email", { if: "t.verified", and: { tenant_id: "tenant_id" } }) })
 */
export function match(
  column: string,
  options: { value?: string | { sql: Sql }; if: Sql; and?: Record<string, string> },
): Extract<Owner, { by: "match" }> {
  return { value: column, ...merge({ by: "match" as const, column }, options) };
}

/**
 * The rows go to somebody else: a ghost by its name, or whoever the SQL expression over `t` yields.
 * `orElse`: what happens where the expression yields nobody; `onConflict`: where the new owner already has such a row.
 * @example rows: reassign("departed")
 * @example rows: reassign({ sql: "(select g.owner_id from groups g where g.id = t.group_id)" }, { orElse: "delete" })
 */
export function reassign(
  to: string | { ghost: string } | { sql: Sql },
  options?: { orElse?: Reassign["orElse"]; onConflict?: Reassign["onConflict"] },
): Reassign {
  const target = typeof to === "string" ? { ghost: to } : to;
  const defaults = { orElse: "error" as const, onConflict: "error" as const };
  // Not spread into the defaults directly: an argument of the wrong kind must reach the validation.
  const settings = merge({}, options ?? {}) as Partial<Reassign>;
  return { ...defaults, ...settings, action: "reassign", to: target };
}
