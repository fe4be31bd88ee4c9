/** The annotation language: everything a `lethe.schema.ts` is written with. */
import type { ErasureInput } from "./input.ts";

export * from "./builders/auth-presets.ts";
export type { JsonPath, PiiOptions, SecretOptions } from "./builders/columns.ts";
export { keepRest, pii, secret, set } from "./builders/columns.ts";
export * from "./builders/effects.ts";
export * from "./builders/groups.ts";
export * from "./builders/marks.ts";
export * from "./builders/owners.ts";
export * from "./builders/presets.ts";
export * from "./builders/tables.ts";
export * from "./builders/waivers.ts";

/**
 * The annotation file's default export: what every table and column means for a person who leaves.
 * @example export default defineErasure({ tables: { users: subject({ key: "id", columns: { id: keep() } }) } });
 */
export function defineErasure(input: ErasureInput): ErasureInput {
  return input;
}
