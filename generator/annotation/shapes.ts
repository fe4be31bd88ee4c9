/**
 * The shape of an annotation, as zod schemas of what the builders return. Everything that can be judged at one place
 * of the value is judged here, so that one wrong place never hides another; what needs a look elsewhere (options,
 * ghosts) is in `context.ts`.
 */
import { z } from "zod";
import { columnShapes, columns } from "./shapes/columns.ts";
import { effectShape } from "./shapes/effects.ts";
import {
  byField,
  choose,
  clock,
  interval,
  list,
  record,
  scalar,
  schemaName,
  sql,
  text,
  timeZone,
} from "./shapes/leaves.ts";
import { marks } from "./shapes/marks.ts";
import { heavy, owner, rows } from "./shapes/rows.ts";
import { steps } from "./shapes/steps.ts";
import { isObject } from "./value.ts";

export { columnShapes } from "./shapes/columns.ts";
export { effectShape, forEachShape } from "./shapes/effects.ts";
export type { Complaint } from "./shapes/leaves.ts";
export { ownerShapes, reassignShape, rowsByStrategyShape } from "./shapes/rows.ts";

const strategy = z.enum(["anonymize", "hard_delete", "soft_delete"]);

export const waiverShape = z.strictObject({ code: text, reason: text, about: text.optional() });
const accept = z.array(waiverShape).optional();

const ruleFields = {
  owner: owner.optional(),
  where: sql.optional(),
  when: text.optional(),
  unless: text.optional(),
  columns: columns.optional(),
};
const wholeRow = { owner: ruleFields.owner, columns: ruleFields.columns };
const tableFields = {
  view: text.optional(),
  rls: z.enum(["hide", "restrict"]).optional(),
  triggers: record(z.strictObject({ acknowledged: z.literal(true), reason: text })).optional(),
  accept,
};

const ownFields = {
  part: {},
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
      // A person's only row of a table is taken whole: nothing narrows that.
      z.strictObject({
        class: z.literal(name),
        ...(name === "part" ? wholeRow : ruleFields),
        ...own,
        ...more,
      }),
    ]),
  );
/** A rule inside `table({ rules })` or `otherwise` has no settings of the table. */
export const ruleShapes = shapesOf({});
const rule: z.ZodType = choose(byField("class", ruleShapes), {
  expected: "a rule",
  remedy:
    "write part({ … }), session({ … }), credential({ … }), mfa({ … }), content({ … }), retain({ … }) or blocker({ … })",
});

export const refuseShape = z.strictObject({ where: sql, message: text });
export const tableShapes: Record<string, z.ZodObject> = {
  subject: z.strictObject({
    class: z.literal("subject"),
    key: text,
    columns,
    refuse: z.array(refuseShape).optional(),
    marks: marks.optional(),
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
const { subject: _one, ...groupable } = tableShapes;
export const groupShape = z.strictObject({
  class: z.literal("group"),
  patterns: z.array(text).min(1),
  tables: z
    .array(
      choose(
        (value) => (typeof value === "string" ? text : byField("class", { todo: columnShapes.todo })(value)),
        {
          expected: "a table's name",
          remedy: 'write the name of a table, such as "post_tag"',
        },
      ),
    )
    .optional(),
  decision: choose(byField("class", groupable), {
    expected: "a decision that several tables can have in common",
    remedy:
      'write content, session, credential, mfa, retain, blocker, table, unrelated("why") or keep("why")',
  }),
});
const tableDecision = choose(byField("class", { ...tableShapes, group: groupShape }), {
  expected: "a decision about a table",
  remedy:
    'write subject, part, session, credential, mfa, content, retain, blocker, table, unrelated("why") or keep("why")',
});

export const lifecycleShape = z.strictObject({
  strategies: z.array(strategy).optional(),
  gracePeriod: interval.optional(),
  cancelCooldown: interval.optional(),
  drift: z.enum(["refuse", "warn"]).optional(),
  effectAttempts: z.int().positive().max(1000).optional(),
  payloadRetention: interval.optional(),
  window: z.strictObject({ from: clock, to: clock, timeZone: timeZone.optional() }).optional(),
  requestAttempts: z.int().positive().max(1000).optional(),
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
  accept,
  ghosts: record(record(ghostValue)).optional(),
  steps: steps.optional(),
  effects: record(effectShape).optional(),
  tables: record(tableDecision),
});
