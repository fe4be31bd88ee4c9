/** Builders that say what becomes of a column in a row that stays. */
import type { ColumnsInput, Keep, TransformInput } from "../input.ts";
import type { ColumnOptions, Sql, Transform } from "../model.ts";
import { merge } from "./merge.ts";

/** Settings that every transform of a personal column takes, as its last argument. */
export interface PiiOptions {
  /** When: "execute" (default), or as early as "schedule". */
  at?: "schedule" | "execute";
  /** With `at: "schedule"`: keep the original while the person may come back, and put it back on cancel. */
  restore?: boolean;
  /** An SQL condition over `t`: where it holds, the value stays. */
  unless?: Sql;
  /** The outside effect that gets the value before it is erased. */
  effect?: string;
  /** Transform under soft_delete too, e.g. to free an e-mail address for a new registration. */
  onSoftDelete?: boolean;
}

function personal(transform: Transform, options?: PiiOptions): TransformInput {
  return merge({ ...transform, personal: true }, options) as TransformInput;
}

/** A path into a JSON value: one key, or the keys in order. */
export type JsonPath = string | string[];
const steps = (path: JsonPath): string[] => (typeof path === "string" ? [path] : path);

/** Transforms of personal columns. Each takes `{ at, restore, unless, effect, onSoftDelete }` as its last argument. */
export const pii = {
  /**
   * The placeholder address `deleted_<id>@deleted.invalid`: unique, and undeliverable by RFC 2606.
   * @example email: pii.email()
   */
  email: (options?: PiiOptions): TransformInput => personal({ action: "email" }, options),
  /**
   * NULL.
   * @example phone: pii.null()
   */
  null: (options?: PiiOptions): TransformInput => personal({ action: "null" }, options),
  /**
   * A fixed value, the same for everybody (not for columns that are unique: see `template`).
   * @example name: pii.replace("Deleted user")
   */
  replace: (value: string | number | boolean, options?: PiiOptions): TransformInput =>
    personal({ action: "literal", value }, options),
  /**
   * A text with `{id}` for the person's key and `{key}` for the row's own primary key; for unique columns.
   * @example handle: pii.template("deleted_{id}")
   */
  template: (template: string, options?: PiiOptions): TransformInput =>
    personal({ action: "template", template }, options),
  /**
   * Less precise: a date or time cut to its year, month, day or hour; an inet to its network (/24, /48).
   * @example birth_date: pii.truncate("year")
   */
  truncate: (to: "year" | "month" | "day" | "hour" | "network", options?: PiiOptions): TransformInput =>
    personal({ action: "truncate", to }, options),
  /**
   * Removes keys from a json or jsonb value; a path of several steps is an array.
   * @example payload: pii.jsonRemove(["email", ["address", "street"]])
   */
  jsonRemove: (paths: JsonPath[], options?: PiiOptions): TransformInput =>
    personal({ action: "json_remove", paths: Array.isArray(paths) ? paths.map(steps) : paths }, options),
  /**
   * Sets one key of a json or jsonb value.
   * @example settings: pii.jsonSet(["profile", "name"], "Deleted user")
   */
  jsonSet: (path: JsonPath, value: unknown, options?: PiiOptions): TransformInput =>
    personal({ action: "json_set", path: steps(path), value }, options),
  /**
   * An empty array.
   * @example interests: pii.emptyArray()
   */
  emptyArray: (options?: PiiOptions): TransformInput => personal({ action: "empty_array" }, options),
  /**
   * One element taken out of an array; `element` is SQL over `t`.
   * @example watchers: pii.removeElement("t.user_id")
   */
  removeElement: (element: Sql, options?: PiiOptions): TransformInput =>
    personal({ action: "remove_element", element }, options),
  /**
   * A keyed hash (HMAC-SHA-256, hex): still comparable, no longer readable without the key.
   * @example ip_hash: pii.hash()
   */
  hash: (options?: PiiOptions): TransformInput => personal({ action: "hash" }, options),
  /**
   * An SQL expression over `t`, the row before the change.
   * @example initials: pii.sql("left(t.initials, 1)")
   */
  sql: (expression: Sql, options?: PiiOptions): TransformInput =>
    personal({ action: "sql", expression }, options),
};

export interface SecretOptions extends PiiOptions {
  /** What to write where the column is NOT NULL. Default: NULL. */
  to?: string;
}

/** Shared by `secret()` and `mfa.secret()`. */
export function secretColumn(flags: Partial<ColumnOptions>, options?: SecretOptions): TransformInput {
  const { to, ...rest } = (options ?? {}) as SecretOptions;
  const transform: Transform = to === undefined ? { action: "null" } : { action: "literal", value: to };
  // A wrong kind of argument goes through untouched, for the validation to name.
  const settings = typeof options === "object" ? rest : options;
  return merge({ ...transform, personal: true, secret: true, ...flags }, settings) as TransformInput;
}

/**
 * Password hashes, tokens, keys: cleared under every strategy and never exported. NULL, or `to` where NOT NULL.
 * @example hashed_password: secret()
 * @example hashed_password: secret({ to: "!" })
 */
export function secret(options?: SecretOptions): TransformInput {
  return secretColumn({}, options);
}

/**
 * A state to write that is nobody's data, such as a flag or a status.
 * @example status: set("closed")
 */
export function set(
  value: string | number | boolean | null,
  options?: Pick<PiiOptions, "unless" | "onSoftDelete">,
): TransformInput {
  const transform: Transform = value === null ? { action: "null" } : { action: "literal", value };
  return merge({ ...transform, personal: false }, options) as TransformInput;
}

/**
 * The columns that hold nothing personal, each named: a new column of the table is then a `todo()`, never kept by
 * accident.
 * @example ...keepRest({ created_at: keep(), updated_at: keep() })
 */
export function keepRest<Columns extends Record<string, Keep>>(columns: Columns): Columns & ColumnsInput {
  return columns;
}
