/** The shapes of owners, and of what becomes of rows. */
import { z } from "zod";
import { isObject } from "../value.ts";
import { byField, choose, list, record, sql, text } from "./leaves.ts";

export const ownerShapes = {
  column: z.strictObject({ by: z.literal("column"), column: text }),
  via: z.strictObject({
    by: z.literal("via"),
    table: text,
    columns: list.optional(),
    references: list.optional(),
  }),
  polymorphic: z.strictObject({ by: z.literal("polymorphic"), type: text, id: text, value: z.string() }),
  sql: z.strictObject({ by: z.literal("sql"), expression: sql }),
  referenced_by: z.strictObject({ by: z.literal("referenced_by"), table: text, columns: list.optional() }),
  match: z.strictObject({
    by: z.literal("match"),
    column: text,
    value: choose((value) => (isObject(value) ? z.strictObject({ sql }) : text), {
      expected: "",
      remedy: "",
    }),
    if: sql.optional(),
    and: record(text).optional(),
  }),
};
export const owner = choose(
  (value) => (typeof value === "string" ? text : byField("by", ownerShapes)(value)),
  {
    expected: "an owner",
    remedy:
      'write a column\'s name, via("parent"), referencedBy("child"), polymorphic({ … }), match("…") or ownerSql("…")',
  },
);

const rowAction = z.enum(["transform", "delete", "detach", "keep", "cascade"]);
export const reassignShape = z.strictObject({
  action: z.literal("reassign"),
  to: choose(
    (value) =>
      isObject(value)
        ? "sql" in value
          ? z.strictObject({ sql })
          : z.strictObject({ ghost: text })
        : undefined,
    {
      expected: "a ghost's name or { sql }",
      remedy: 'write reassign("ghost name") or reassign({ sql: "…" })',
    },
  ),
  orElse: z.enum(["error", "detach", "delete"]),
  onConflict: z.enum(["error", "delete"]),
});
const oneRows = (value: unknown): z.ZodType | undefined =>
  typeof value === "string"
    ? rowAction
    : isObject(value) && value.action === "reassign"
      ? reassignShape
      : undefined;
const rowsRemedy = 'write "transform", "delete", "detach", "keep", "cascade" or reassign("…")';
const rowsOfStrategy = choose(oneRows, { expected: "what becomes of the rows", remedy: rowsRemedy });
export const rowsByStrategyShape = z.strictObject({
  anonymize: rowsOfStrategy.optional(),
  hard_delete: rowsOfStrategy.optional(),
});
export const rows = choose((value) => oneRows(value) ?? (isObject(value) ? rowsByStrategyShape : undefined), {
  expected: "what becomes of the rows",
  remedy: `${rowsRemedy}, or { anonymize: …, hard_delete: … }`,
});
export const heavy = choose(
  (value) => (value === false || (Number.isInteger(value) && Number(value) > 0) ? z.unknown() : undefined),
  { expected: "a whole number of rows above 0, or false", remedy: "write heavy: 10000, or heavy: false" },
);
