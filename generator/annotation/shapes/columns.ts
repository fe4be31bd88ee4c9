/** The shapes of decisions about columns. */
import { z } from "zod";
import { byField, choose, complain, json, record, scalar, sql, text } from "./leaves.ts";

const columnOptions = {
  personal: z.boolean(),
  secret: z.boolean().optional(),
  mfa: z.boolean().optional(),
  at: z.enum(["schedule", "execute"]).optional(),
  restore: z.boolean().optional(),
  onSoftDelete: z.boolean().optional(),
  unless: sql.optional(),
  effect: text.optional(),
};
const transform = <S extends z.core.$ZodShape>(action: string, shape: S) =>
  z.strictObject({ action: z.literal(action), ...shape, ...columnOptions });
const template = z.string().superRefine((value, ctx) => {
  if (/\{(id|key)\}/.test(value)) return;
  complain(ctx, {
    lethe: "L003",
    message: `is ${JSON.stringify(value)}, which has neither {id} nor {key} and so is the same for everybody`,
    remedy: 'write pii.template("deleted_{id}"), or pii.replace("…") for a fixed text',
  });
});
const path = z.array(z.string()).min(1);

export const columnShapes = {
  keep: z.strictObject({ class: z.literal("keep"), action: z.literal("keep"), reason: text.optional() }),
  todo: z.strictObject({ class: z.literal("todo"), action: z.literal("todo"), question: z.string() }),
  null: transform("null", {}),
  email: transform("email", {}),
  literal: transform("literal", {
    value: choose(scalar, {
      expected: "a text, number or boolean",
      remedy: 'write pii.replace("…"), or pii.null() for NULL',
    }),
  }),
  template: transform("template", { template }),
  truncate: transform("truncate", { to: z.enum(["year", "month", "day", "hour", "network"]) }),
  json_remove: transform("json_remove", { paths: z.array(path).min(1) }),
  json_set: transform("json_set", {
    path,
    value: choose(json, {
      expected: "a JSON value",
      remedy: "write a text, number, boolean, null, array or object",
    }),
  }),
  empty_array: transform("empty_array", {}),
  remove_element: transform("remove_element", { element: sql }),
  hash: transform("hash", {}),
  sql: transform("sql", { expression: sql }),
};

const column = choose(byField("action", columnShapes), {
  expected: "a decision about a column",
  remedy: 'write keep(), pii.null(), pii.replace("…"), secret(), set(…) or todo()',
});
export const columns = record(column);
