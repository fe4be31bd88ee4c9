/** The builder for a finding that somebody has read and accepts. */
import type { Waiver } from "../model.ts";

/**
 * A finding that is known and stays: `code` as it is printed, `reason` for those who come after. In `accept` of a table
 * it is a finding placed there, about the table itself or what `about` names of it (a column, a trigger, a policy); in
 * `accept` of the file one about anything else, by its name as printed.
 * @example accept: [accept("L025", "a table of ten rows", "author_id")]
 */
export function accept(code: string, reason: string, about?: string): Waiver {
  return about === undefined ? { code, reason } : { code, reason, about };
}
