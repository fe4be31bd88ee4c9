/**
 * Which columns an export never shows. What the annotation calls a secret, and, because nobody writes columns where rows
 * are deleted anyway, what looks like one by name and type. A wrong guess leaves a value out; it never lets one out.
 */
import type { Column, Table } from "../catalog/model.ts";
import { isUnique, snake } from "./lints/support/suggest.ts";
import { familyOf } from "./lints/support/types.ts";

const ANYWHERE =
  /(^|_)(password|passwd|passphrase|pwd|secret|token|jwt|otp|totp|salt|(private|secret|api|access|encryption)_?key)s?(_|$)/;

/** In tables of signing in nearly everything that isn't a description is one. */
const SIGNING_IN =
  /(^|_)(pass|hash|hashed|digest|nonce|verifier|challenge|signature|cookie|seed|sid|bearer|csrf|pin)(_|$)|(^|_)key$|(^|_)key_hash/;
const CODE = /(^|_)codes?(_|$)/;
const CODE_OF_SOMETHING =
  /(country|postal|post|zip|area|region|language|lang|currency|status|error|city|dial)_?code/;

export function looksSecret(table: Table, column: Column, signingIn: boolean): boolean {
  const name = snake(column.name);
  const family = familyOf(column.baseType);
  // A flag, a time or a place on the network opens no door: token_expires_at, password_changed.
  if (["boolean", "date", "time", "network"].includes(family)) return false;
  if (!signingIn) return !["integer", "number"].includes(family) && ANYWHERE.test(name);
  if (ANYWHERE.test(name) || SIGNING_IN.test(name)) return true;
  if (CODE.test(name) && !CODE_OF_SOMETHING.test(name)) return true;
  if (family === "json" || column.baseType === "bytea") return true;
  return family === "text" && isUnique(table, column.name);
}
