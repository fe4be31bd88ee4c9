/** Ready-made expressions for `access.currentUser`: how common stacks tell the database who is signed in. */
import { literal } from "../../quote.ts";
import type { Sql } from "../model.ts";

/** Expressions for `access.currentUser`. Each yields NULL when nobody is signed in. */
export const presets = {
  /**
   * A plain setting that the application sets in each transaction. Whoever may run SQL of their own can set it too.
   * @example currentUser: presets.setting("app.user_id", "uuid")
   */
  setting: (name: string, type = "text"): Sql =>
    `nullif(current_setting(${literal(name)}, true), '')::${type}`,
  /** Supabase: `auth.uid()`. */
  supabase: (): Sql => "auth.uid()",
  /**
   * PostgREST: the verified token's `sub` claim (`request.jwt.claims`, PostgREST 9 and later).
   * @example currentUser: presets.postgrest("uuid")
   */
  postgrest: (type = "uuid", claim = "sub"): Sql =>
    `(nullif(current_setting('request.jwt.claims', true), '')::json ->> ${literal(claim)})::${type}`,
  /**
   * PostGraphile: the verified token's `user_id` claim (`jwt.claims.user_id`).
   * @example currentUser: presets.postgraphile("integer")
   */
  postgraphile: (type = "integer", claim = "user_id"): Sql =>
    `nullif(current_setting(${literal(`jwt.claims.${claim}`)}, true), '')::${type}`,
};
