/** The shape of `marks`: columns by name, adopted ones, or a table of Lethe's own. */
import { z } from "zod";
import { isObject } from "../value.ts";
import { choose, scalar, text } from "./leaves.ts";

const value = choose(scalar, {
  expected: "a text, a number or a boolean",
  remedy: 'write the value that the column holds, such as "deleted"',
});

export const adoptShape = z.strictObject({
  action: z.literal("adopt"),
  column: text,
  deleted: value.optional(),
  scheduled: value.optional(),
});

const column = choose(
  (given) =>
    typeof given === "string" ? text : isObject(given) && given.action === "adopt" ? adoptShape : undefined,
  {
    expected: "a column's name, or adopt(…)",
    remedy: 'write "deleted_at", or adopt("status", { deleted: "deleted" })',
  },
);

export const marksShape = z.strictObject({
  deletedAt: column.optional(),
  scheduledFor: column.optional(),
  legacy: z.enum(["leave", "erase"]).optional(),
});

export const marks = choose(
  (given) => (given === "lethe" ? z.unknown() : isObject(given) ? marksShape : undefined),
  {
    expected: 'columns, or "lethe"',
    remedy: 'write marks: { deletedAt: "…", scheduledFor: "…" }, or marks: "lethe"',
  },
);
