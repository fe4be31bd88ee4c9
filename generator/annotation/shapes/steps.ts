/** The shape of steps: SQL of the application's own at a named point. */
import { z } from "zod";
import { parseStatements } from "../../sql-statements.ts";
import { complain, list, record, sql, text } from "./leaves.ts";

/** One statement or several, each complete in itself. */
const statements = z.string().superRefine((value, ctx) => {
  const parsed = parseStatements(value);
  if (parsed.ok) return;
  const near = parsed.offset > 0 ? `, at character ${parsed.offset + 1}` : "";
  complain(ctx, {
    lethe: "L005",
    message: `is not what a step can run: ${parsed.message}${near}`,
    remedy: "write call, select, insert, update, delete or merge; `subjects` is the array of keys",
  });
});

export const stepShape = z.strictObject({
  at: z.enum(["schedule", "cancel", "before", "after"]),
  why: text,
  run: statements,
  capture: sql.optional(),
  strategies: list.optional(),
  when: text.optional(),
  unless: text.optional(),
});

export const steps = record(stepShape);
