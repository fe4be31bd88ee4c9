/** The builder for a column of one's own that says who is gone. */
import type { AdoptedMark, MarkValues } from "../model.ts";
import { merge } from "./merge.ts";

/**
 * A column that the application had before Lethe came, and that says by its value that a person is gone: a status, a
 * flag, a date or a time without zone. Goes where the name of a mark column goes.
 * @example marks: { deletedAt: adopt("status", { deleted: "deleted", scheduled: "pending_deletion" }) }
 * @example marks: { deletedAt: adopt("is_active", { deleted: false }) }
 * @example marks: { deletedAt: adopt("closed_on") }
 */
export function adopt(column: string, values?: MarkValues): AdoptedMark {
  return merge({ action: "adopt" as const, column }, values) as AdoptedMark;
}
