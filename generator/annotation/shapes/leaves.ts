/** What shapes are made of: texts, SQL, intervals, and a choice among shapes. Each reports what is wrong with itself alone. */
import { z } from "zod";
import { parseExpression } from "../../sql-fragment.ts";
import { longestDays } from "../interval.ts";
import { isObject } from "../value.ts";

/** What a custom issue says about itself; `issues.ts` makes a finding of it. */
export interface Complaint {
  lethe: string;
  message: string;
  remedy: string;
}

export const complain = (ctx: z.RefinementCtx, complaint: Complaint): void =>
  ctx.addIssue({ code: "custom", message: complaint.message, params: { ...complaint } });

/**
 * Picks the schema by a look at the value, and reports its issues alone: a union would report every branch's.
 * `undefined` from `pick` means that the value fits none.
 */
export function choose(
  pick: (value: unknown) => z.ZodType | undefined,
  otherwise: { expected: string; remedy: string },
) {
  return z.unknown().superRefine((value, ctx) => {
    const schema = pick(value);
    if (schema)
      for (const issue of schema.safeParse(value).error?.issues ?? [])
        ctx.addIssue({ ...issue, path: [...issue.path] });
    else ctx.addIssue({ code: "custom", message: otherwise.expected, params: { otherwise } });
  });
}

/** Chooses among `shapes` by the value of one field. */
export const byField =
  (field: string, shapes: Record<string, z.ZodType>) =>
  (value: unknown): z.ZodType | undefined => {
    const tag = isObject(value) ? value[field] : undefined;
    return typeof tag === "string" && Object.hasOwn(shapes, tag) ? shapes[tag] : undefined;
  };

export const text = z.string().superRefine((value, ctx) => {
  if (value.trim() === "") complain(ctx, { lethe: "L003", message: "is empty", remedy: "write a text" });
});

export const sql = z.string().superRefine((value, ctx) => {
  const parsed = parseExpression(value);
  if (parsed.ok) return;
  const near = parsed.offset > 0 ? `, at character ${parsed.offset + 1} of ${JSON.stringify(value)}` : "";
  complain(ctx, {
    lethe: "L005",
    message: `is not an SQL expression: ${parsed.message}${near}`,
    remedy: "write one SQL expression, with t for the row",
  });
});

export const interval = z.string().superRefine((value, ctx) => {
  if (longestDays(value) !== null) return;
  complain(ctx, {
    lethe: "L004",
    message: `is ${JSON.stringify(value)}, which is not an interval`,
    remedy: 'write a number and minutes, hours, days, weeks, months or years, such as "14 days"',
  });
});

export const clock = z.string().superRefine((value, ctx) => {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return;
  complain(ctx, {
    lethe: "L003",
    message: `is ${JSON.stringify(value)}, which is not a time of day`,
    remedy: 'write hours and minutes, such as "22:00"',
  });
});

export const timeZone = z.string().superRefine((value, ctx) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
  } catch {
    complain(ctx, {
      lethe: "L003",
      message: `is ${JSON.stringify(value)}, which is not a time zone`,
      remedy: 'write a name of the IANA database, such as "Europe/Rome"',
    });
  }
});

export const schemaName = z.string().superRefine((value, ctx) => {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(value) && !value.startsWith("pg_")) return;
  complain(ctx, {
    lethe: "L003",
    message: `is ${JSON.stringify(value)}, which can't name the SQL schema`,
    remedy: 'write small letters, digits and underscores, not beginning with pg_, such as "lethe"',
  });
});

export const list = z.array(text);
export const record = <V extends z.ZodType>(value: V) => z.record(z.string(), value);

export function scalar(value: unknown): z.ZodType | undefined {
  const fits = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return fits ? z.unknown() : undefined;
}
export function json(value: unknown): z.ZodType | undefined {
  return value !== undefined && z.json().safeParse(value).success ? z.unknown() : undefined;
}
