/** The shape of `effects`: work outside the database. */
import { z } from "zod";
import { isObject } from "../value.ts";
import { choose, interval, list, record, sql, text } from "./leaves.ts";
import { owner } from "./rows.ts";

export const forEachShape = z.strictObject({ table: text, owner: owner.optional() });

export const effectShape = z.strictObject({
  handler: text,
  at: z.enum(["schedule", "before", "cancel", "execute"]).optional(),
  forEach: choose(
    (value) => (typeof value === "string" ? text : isObject(value) ? forEachShape : undefined),
    { expected: "a table's name, or { table, owner }", remedy: 'write forEach: "uploads"' },
  ).optional(),
  after: choose((value) => (typeof value === "string" ? text : Array.isArray(value) ? list : undefined), {
    expected: "the name of an effect, or several",
    remedy: 'write after: ["…"]',
  }).optional(),
  required: z.boolean().optional(),
  payload: record(sql).optional(),
  lead: interval.optional(),
  where: sql.optional(),
  when: text.optional(),
  unless: text.optional(),
  strategies: z
    .array(z.enum(["anonymize", "hard_delete", "soft_delete"]))
    .min(1)
    .optional(),
});
