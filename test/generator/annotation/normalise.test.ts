/** What people write, and the one form that the planner reads. */
import { describe, expect, test } from "vitest";
import type { ErasureInput, TableDecision } from "../../../generator/annotation/input.ts";
import type { Annotation, ColumnRule } from "../../../generator/annotation/model.ts";
import { findTodos, validateAnnotation } from "../../../generator/annotation/schema.ts";
import {
  ack,
  blocker,
  content,
  credential,
  defineErasure,
  ghost,
  group,
  keep,
  keepRest,
  mfa,
  ownerSql,
  pii,
  polymorphic,
  presets,
  reassign,
  retain,
  secret,
  session,
  set,
  subject,
  table,
  todo,
  unrelated,
  via,
} from "../../../generator/index.ts";
import { parseExpression } from "../../../generator/sql-fragment.ts";

function annotationOf(input: ErasureInput): Annotation {
  const { annotation, findings } = validateAnnotation(defineErasure(input));
  expect(findings).toEqual([]);
  if (annotation === null) throw new Error("unreachable");
  return annotation;
}
const tableOf = (decision: TableDecision, more: Partial<ErasureInput> = {}) =>
  annotationOf({ ...more, tables: { x: decision } }).tables.x;

test("defaults", () => {
  expect(annotationOf({ tables: {} })).toEqual({
    schema: "lethe",
    lifecycle: {
      strategies: ["anonymize", "hard_delete", "soft_delete"],
      gracePeriod: "14 days",
      cancelCooldown: "24 hours",
      drift: "refuse",
      effectAttempts: 25,
      payloadRetention: "90 days",
      window: null,
      requestAttempts: 20,
    },
    options: {},
    access: { currentUser: "null", app: [], admin: [], worker: [], searchPath: ["public"] },
    ghosts: {},
    steps: {},
    effects: {},
    tables: {},
    groups: {},
  });
});

test("a group is a decision of each table that it names", () => {
  const decision = content({ owner: "user_id", rows: "delete" });
  const one = tableOf(decision);
  const { tables, groups } = annotationOf({
    tables: { ...group(["*_tags", "likes"], decision, ["book_tags", todo("shop_tags")]) },
  });
  expect(Object.keys(tables)).toEqual(["likes", "book_tags", "shop_tags"]);
  expect(tables.likes).toEqual(one);
  expect(tables.book_tags).toEqual(one);
  expect(tables.shop_tags).toMatchObject({ class: "todo", question: expect.stringContaining("*_tags") });
  expect(groups).toEqual({
    "group(*_tags, likes)": {
      patterns: ["*_tags", "likes"],
      tables: ["likes", "book_tags", "shop_tags"],
      decision: one,
    },
  });
  // Names need no list; a pattern without one has still to be listed.
  expect(annotationOf({ tables: group(["likes"], decision) }).groups["group(likes)"]?.tables).toEqual([
    "likes",
  ]);
  expect(annotationOf({ tables: group(["*_tags"], decision) }).groups["group(*_tags)"]?.tables).toBeNull();
});

describe("columns", () => {
  const p = { personal: true };
  test.each<[string, ReturnType<typeof pii.null> | ReturnType<typeof keep>, ColumnRule]>([
    ["keep", keep(), { action: "keep" }],
    ["keep with a reason", keep("needed"), { action: "keep", reason: "needed" }],
    ["email", pii.email({ onSoftDelete: true }), { action: "email", ...p, onSoftDelete: true }],
    [
      "null",
      pii.null({ at: "schedule", restore: true }),
      { action: "null", ...p, at: "schedule", restore: true },
    ],
    [
      "replace",
      pii.replace("x", { unless: "t.vip" }),
      { action: "literal", value: "x", ...p, unless: "t.vip" },
    ],
    ["template", pii.template("deleted_{id}"), { action: "template", template: "deleted_{id}", ...p }],
    ["truncate", pii.truncate("year"), { action: "truncate", to: "year", ...p }],
    [
      "jsonRemove",
      pii.jsonRemove(["a", ["b", "c"]]),
      { action: "json_remove", paths: [["a"], ["b", "c"]], ...p },
    ],
    [
      "jsonSet",
      pii.jsonSet("a", { b: [null] }),
      { action: "json_set", path: ["a"], value: { b: [null] }, ...p },
    ],
    ["emptyArray", pii.emptyArray(), { action: "empty_array", ...p }],
    ["removeElement", pii.removeElement("t.id"), { action: "remove_element", element: "t.id", ...p }],
    ["hash", pii.hash({ effect: undefined }), { action: "hash", ...p }],
    ["sql", pii.sql("left(t.a, 1)"), { action: "sql", expression: "left(t.a, 1)", ...p }],
    ["secret", secret(), { action: "null", ...p, secret: true }],
    ["secret to", secret({ to: "!" }), { action: "literal", value: "!", ...p, secret: true }],
    ["mfa.secret", mfa.secret({ to: "" }), { action: "literal", value: "", ...p, secret: true, mfa: true }],
    ["set", set("closed"), { action: "literal", value: "closed", personal: false }],
    ["set null", set(null), { action: "null", personal: false }],
  ])("%s", (_name, written, rule) => {
    expect(tableOf(subject({ key: "id", columns: { c: written } }))).toEqual({
      class: "subject",
      key: "id",
      columns: { c: rule },
    });
  });

  test("keepRest is its entries", () => {
    expect(keepRest({ a: keep(), b: keep() })).toEqual({ a: keep(), b: keep() });
  });
});

describe("tables", () => {
  test("a single rule becomes a table with one rule; columns and settings are the table's", () => {
    const written = content({
      owner: "author_id",
      where: "t.live",
      columns: { body: pii.null() },
      view: "live_comments",
      rls: "restrict",
      triggers: { touch: ack("sets updated_at") },
    });
    expect(tableOf(written)).toEqual({
      class: "table",
      columns: { body: { action: "null", personal: true } },
      view: "live_comments",
      rls: "restrict",
      triggers: { touch: { acknowledged: true, reason: "sets updated_at" } },
      rules: [{ class: "content", owner: { by: "column", column: "author_id" }, where: "t.live" }],
    });
  });

  test("several rules", () => {
    const written = table({
      columns: { body: pii.null() },
      rules: [
        content({ owner: "sender_id" }),
        content({ owner: "recipient_id", rows: "detach", columns: { body: keep() } }),
      ],
    });
    expect(tableOf(written)).toEqual({
      class: "table",
      columns: { body: { action: "null", personal: true } },
      rules: [
        { class: "content", owner: { by: "column", column: "sender_id" } },
        {
          class: "content",
          owner: { by: "column", column: "recipient_id" },
          rows: "detach",
          columns: { body: { action: "keep" } },
        },
      ],
    });
  });

  test.each<[string, TableDecision, object]>([
    ["session", session(), { class: "session" }],
    ["credential", credential({ suspend: "move" }), { class: "credential", suspend: "move" }],
    ["mfa", mfa({ owner: via("keys") }), { class: "mfa", owner: { by: "via", table: "keys" } }],
    [
      "via with columns",
      content({ owner: via("a", { columns: ["x", "y"], references: ["p", "q"] }), rows: "delete" }),
      {
        class: "content",
        owner: { by: "via", table: "a", columns: ["x", "y"], references: ["p", "q"] },
        rows: "delete",
      },
    ],
    [
      "polymorphic",
      content({ owner: polymorphic({ type: "k", id: "i", value: "User" }), heavy: false }),
      { class: "content", owner: { by: "polymorphic", type: "k", id: "i", value: "User" }, heavy: false },
    ],
    [
      "sql owner",
      session({ owner: ownerSql("t.a") }),
      { class: "session", owner: { by: "sql", expression: "t.a" } },
    ],
    [
      "rows by strategy",
      content({
        rows: { anonymize: "transform", hard_delete: reassign({ sql: "t.editor" }, { orElse: "delete" }) },
      }),
      {
        class: "content",
        rows: {
          anonymize: "transform",
          hard_delete: { action: "reassign", to: { sql: "t.editor" }, orElse: "delete", onConflict: "error" },
        },
      },
    ],
    [
      "retain",
      retain({ for: "7 years", since: "issued_at", basis: "legal_obligation" }),
      { class: "retain", for: "7 years", since: "issued_at", basis: "legal_obligation" },
    ],
    [
      "blocker",
      blocker({ message: "owns {count}", otherwise: content({ columns: { a: pii.null() } }) }),
      {
        class: "blocker",
        message: "owns {count}",
        blocking: true,
        otherwise: { class: "content", columns: { a: { action: "null", personal: true } } },
      },
    ],
    [
      "counted only",
      blocker({ message: "m", blocking: false }),
      { class: "blocker", message: "m", blocking: false },
    ],
  ])("%s", (_name, written, rule) => {
    expect(tableOf(written)).toEqual({ class: "table", rules: [rule] });
  });

  test("reassign to a ghost", () => {
    const written = content({ rows: reassign("departed") });
    expect(tableOf(written, { ghosts: { departed: ghost({ name: "Departed" }) } })).toEqual({
      class: "table",
      rules: [
        {
          class: "content",
          rows: { action: "reassign", to: { ghost: "departed" }, orElse: "error", onConflict: "error" },
        },
      ],
    });
  });

  test("untouched tables", () => {
    expect(tableOf(unrelated("prices"))).toEqual({ class: "unrelated", reason: "prices" });
    expect(tableOf(keep("audit"))).toEqual({ class: "keep", reason: "audit" });
    expect(tableOf(todo("new"))).toEqual({ class: "todo", question: "new" });
  });
});

test("every todo is found, wherever it is", () => {
  const annotation = annotationOf({
    tables: {
      users: subject({ key: "id", columns: { a: todo("first") } }),
      y: table({ columns: { b: todo() }, rules: [content({ columns: { c: todo() } })] }),
      z: blocker({ message: "m", otherwise: content({ columns: { d: todo() } }) }),
      w: todo(),
    },
  });
  expect(findTodos(annotation).map(({ code, path }) => `${code} ${path.join(".")}`)).toEqual([
    "L007 tables.users.columns.a",
    "L007 tables.y.columns.b",
    "L007 tables.y.rules.0.columns.c",
    "L007 tables.z.rules.0.otherwise.columns.d",
    "L007 tables.w",
  ]);
});

describe("presets", () => {
  test.each([
    [presets.setting("app.user_id", "uuid"), "nullif(current_setting('app.user_id', true), '')::uuid"],
    [presets.supabase(), "auth.uid()"],
    [presets.postgrest(), "(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid"],
    [presets.postgraphile(), "nullif(current_setting('jwt.claims.user_id', true), '')::integer"],
  ])("%s", (written, sql) => {
    expect(written).toBe(sql);
    expect(parseExpression(written).ok).toBe(true);
  });
});

describe("whatever the file's value is, findings and no exception", () => {
  test.each([
    [undefined],
    [null],
    [3],
    ["x"],
    [[]],
    [() => {}],
    [{}],
    [{ tables: null }],
    [{ tables: [1] }],
    [{ tables: { x: { class: "toString" } } }],
  ])("%j", (value) => {
    const { annotation, findings } = validateAnnotation(value);
    expect(annotation).toBeNull();
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings)
      expect(finding).toMatchObject({ code: /^L00\d$/.exec(finding.code)?.[0], level: "error" });
  });
});
