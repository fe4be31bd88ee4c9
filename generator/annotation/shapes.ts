/**
 * The shape of an annotation, as zod schemas of what the builders return. Everything that can be judged at one place
 * of the value is judged here, so that one wrong place never hides another; what needs a look elsewhere (options,
 * ghosts, a second subject) is in `context.ts`.
 */
import { z } from "zod";
import { parseExpression } from "../sql-fragment.ts";
import { longestDays } from "./interval.ts";

/** What a custom issue says about itself; `issues.ts` makes a finding of it. */
export interface Complaint {
  lethe: string;
  message: string;
  remedy: string;
}

const complain = (ctx: z.RefinementCtx, complaint: Complaint): void =>
  ctx.addIssue({ code: "custom", message: complaint.message, params: { ...complaint } });

/**
 * Picks the schema by a look at the value, and reports its issues alone: a union would report every branch's.
 * `undefined` from `pick` means that the value fits none.
 */
function choose(
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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Chooses among `shapes` by the value of one field. */
const byField =
  (field: string, shapes: Record<string, z.ZodType>) =>
  (value: unknown): z.ZodType | undefined => {
    const tag = isObject(value) ? value[field] : undefined;
    return typeof tag === "string" && Object.hasOwn(shapes, tag) ? shapes[tag] : undefined;
  };

const text = z.string().superRefine((value, ctx) => {
  if (value.trim() === "") complain(ctx, { lethe: "L003", message: "is empty", remedy: "write a text" });
});

const sql = z.string().superRefine((value, ctx) => {
  const parsed = parseExpression(value);
  if (parsed.ok) return;
  const near = parsed.offset > 0 ? `, at character ${parsed.offset + 1} of ${JSON.stringify(value)}` : "";
  complain(ctx, {
    lethe: "L005",
    message: `is not an SQL expression: ${parsed.message}${near}`,
    remedy: "write one SQL expression, with t for the row",
  });
});

const interval = z.string().superRefine((value, ctx) => {
  if (longestDays(value) !== null) return;
  complain(ctx, {
    lethe: "L004",
    message: `is ${JSON.stringify(value)}, which is not an interval`,
    remedy: 'write a number and minutes, hours, days, weeks, months or years, such as "14 days"',
  });
});

const schemaName = z.string().superRefine((value, ctx) => {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(value) && !value.startsWith("pg_")) return;
  complain(ctx, {
    lethe: "L003",
    message: `is ${JSON.stringify(value)}, which can't name the SQL schema`,
    remedy: 'write small letters, digits and underscores, not beginning with pg_, such as "lethe"',
  });
});

const strategy = z.enum(["anonymize", "hard_delete", "soft_delete"]);
const list = z.array(text);
const record = <V extends z.ZodType>(value: V) => z.record(z.string(), value);

// Columns
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

function scalar(value: unknown): z.ZodType | undefined {
  const fits = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return fits ? z.unknown() : undefined;
}
function json(value: unknown): z.ZodType | undefined {
  return value !== undefined && z.json().safeParse(value).success ? z.unknown() : undefined;
}

const column = choose(byField("action", columnShapes), {
  expected: "a decision about a column",
  remedy: 'write keep(), pii.null(), pii.replace("…"), secret(), set(…) or todo()',
});
const columns = record(column);

// Owners and rows
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
};
const owner = choose((value) => (typeof value === "string" ? text : byField("by", ownerShapes)(value)), {
  expected: "an owner",
  remedy: 'write a column\'s name, via("parent"), polymorphic({ … }) or ownerSql("…")',
});

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
const rows = choose((value) => oneRows(value) ?? (isObject(value) ? rowsByStrategyShape : undefined), {
  expected: "what becomes of the rows",
  remedy: `${rowsRemedy}, or { anonymize: …, hard_delete: … }`,
});
const heavy = choose(
  (value) => (value === false || (Number.isInteger(value) && Number(value) > 0) ? z.unknown() : undefined),
  { expected: "a whole number of rows above 0, or false", remedy: "write heavy: 10000, or heavy: false" },
);

// Rules and tables
const ruleFields = {
  owner: owner.optional(),
  where: sql.optional(),
  when: text.optional(),
  unless: text.optional(),
  columns: columns.optional(),
};
const tableFields = {
  view: text.optional(),
  rls: z.enum(["hide", "restrict"]).optional(),
  triggers: record(z.strictObject({ acknowledged: z.literal(true), reason: text })).optional(),
};

const ownFields = {
  session: {},
  credential: { suspend: z.literal("move").optional() },
  mfa: {},
  content: { rows: rows.optional(), heavy: heavy.optional() },
  retain: { for: interval, since: text, basis: text },
  blocker: {
    message: text,
    code: text.optional(),
    blocking: z.boolean().optional(),
    otherwise: z.lazy(() => rule).optional(),
  },
};
const shapesOf = (more: z.core.$ZodLooseShape): Record<string, z.ZodObject> =>
  Object.fromEntries(
    Object.entries(ownFields).map(([name, own]) => [
      name,
      z.strictObject({ class: z.literal(name), ...ruleFields, ...own, ...more }),
    ]),
  );
/** A rule inside `table({ rules })` or `otherwise` has no settings of the table. */
export const ruleShapes = shapesOf({});
const rule: z.ZodType = choose(byField("class", ruleShapes), {
  expected: "a rule",
  remedy:
    "write session({ … }), credential({ … }), mfa({ … }), content({ … }), retain({ … }) or blocker({ … })",
});

export const refuseShape = z.strictObject({ where: sql, message: text });
export const marksShape = z.strictObject({ deletedAt: text.optional(), scheduledFor: text.optional() });
export const tableShapes: Record<string, z.ZodObject> = {
  subject: z.strictObject({
    class: z.literal("subject"),
    key: text,
    columns,
    refuse: z.array(refuseShape).optional(),
    marks: marksShape.optional(),
    ...tableFields,
  }),
  table: z.strictObject({
    class: z.literal("table"),
    columns: columns.optional(),
    rules: z.array(rule).min(1),
    ...tableFields,
  }),
  unrelated: z.strictObject({ class: z.literal("unrelated"), reason: text }),
  keep: z.strictObject({ class: z.literal("keep"), action: z.literal("keep"), reason: text }),
  todo: columnShapes.todo,
  ...shapesOf(tableFields),
};
const tableDecision = choose(byField("class", tableShapes), {
  expected: "a decision about a table",
  remedy:
    'write subject, session, credential, mfa, content, retain, blocker, table, unrelated("why") or keep("why")',
});

export const lifecycleShape = z.strictObject({
  strategies: z.array(strategy).optional(),
  gracePeriod: interval.optional(),
  cancelCooldown: interval.optional(),
});
export const accessShape = z.strictObject({
  currentUser: sql.optional(),
  app: list.optional(),
  admin: choose((value) => (isObject(value) ? z.strictObject({ sql }) : list), {
    expected: "",
    remedy: "",
  }).optional(),
  worker: list.optional(),
  searchPath: list.optional(),
});
const ghostValue = choose((value) => (value === null ? z.unknown() : scalar(value)), {
  expected: "a text, number, boolean or null",
  remedy: 'write ghost({ column: "value" })',
});

export const erasureShape = z.strictObject({
  schema: schemaName.optional(),
  lifecycle: lifecycleShape.optional(),
  options: record(z.boolean()).optional(),
  access: accessShape.optional(),
  ghosts: record(record(ghostValue)).optional(),
  tables: record(tableDecision),
});
