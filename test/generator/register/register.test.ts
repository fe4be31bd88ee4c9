/** The record of processing: from the annotation alone, every table in it once, the same bytes each time. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import { parseCatalog } from "../../../generator/catalog/snapshot.ts";
import {
  blocker,
  content,
  credential,
  defineErasure,
  group,
  jobs,
  keep,
  mfa,
  pii,
  presets,
  referencedBy,
  retain,
  secret,
  session,
  subject,
  table,
  todo,
  unrelated,
} from "../../../generator/index.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { recordOf } from "../../../generator/register/files.ts";
import { registerMarkdown } from "../../../generator/register/markdown.ts";
import type { Register } from "../../../generator/register/model.ts";
import { registerOf } from "../../../generator/register/register.ts";
import { terms } from "../../support/schema-case.ts";
import { catalog as catalogOf, table as catalogTable } from "../plan/catalog-builder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = { config: join(root, "lethe.schema.ts"), catalog: join(root, "lethe.catalog.json") };

describe("the reference application's", () => {
  test("is the committed page, byte for byte", async () => {
    expect(await recordOf(files, "md")).toBe(readFileSync(join(root, "docs/register.md"), "utf8"));
  });
  test("the same each time, as JSON too", async () => {
    expect(await recordOf(files, "json")).toBe(await recordOf(files, "json"));
  });
  test("has every table and every column of the snapshot once", async () => {
    const register = JSON.parse(await recordOf(files, "json")) as Register;
    const catalog = parseCatalog(readFileSync(files.catalog, "utf8"), files.catalog);
    const named = register.tables.map((each) => [
      each.table,
      Object.values(each.columns)
        .flatMap((list) => list.map((one) => one.column))
        .sort(),
    ]);
    expect(named).toEqual(
      catalog.tables.map((each) => [each.name, each.columns.map((one) => one.name).sort()]),
    );
    expect(register.coverage.tables).toEqual({ total: 15, decided: 15, open: 0, unmentioned: 0 });
  });
});

const owned = (name: string, more: Record<string, string> = {}) =>
  catalogTable(name, { id: "bigint pk", user_id: "bigint index -> users", ...more });

const catalog = catalogOf([
  owned("accounts"),
  owned("bills", { name: "text", issued_at: "date" }),
  owned("drafts", { body: "text", extra: "text" }),
  owned("factors", { seed: "text" }),
  owned("lists", { title: "text" }),
  owned("odd|na`me", { body: "text" }),
  catalogTable("other", { x: "integer", y: "integer" }),
  catalogTable("prices", { amount: "integer" }),
  owned("sessions", { token: "text" }),
  catalogTable("undecided", { x: "integer" }),
  catalogTable("users", {
    id: "bigint pk",
    email: "text",
    hash: "text",
    totp: "text",
    locale: "text",
    status: "text",
  }),
]);

const { annotation } = validateAnnotation(
  defineErasure({
    effects: {
      store: { handler: "s3" },
      billing: { handler: "polar", at: "schedule", payload: { id: "t.id" } },
      pendingJobs: jobs({ key: "t.id::text" }),
    },
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    options: { all: false },
    tables: {
      users: subject({
        key: "id",
        columns: {
          id: keep("other people's rows refer to it"),
          email: pii.email(),
          hash: secret(),
          totp: mfa.secret(),
          locale: todo("is it *personal*?"),
          status: keep(),
        },
      }),
      accounts: credential({ owner: "user_id" }),
      bills: retain({
        owner: "user_id",
        for: "10 years",
        since: "issued_at",
        basis: "legal_obligation",
        columns: { name: pii.replace("[gone]"), issued_at: keep() },
      }),
      drafts: table({
        columns: { body: pii.null({ effect: "store" }), extra: keep("a number | nothing else") },
        rules: [content({ owner: "user_id" }), content({ owner: "user_id", when: "all", rows: "delete" })],
      }),
      factors: mfa({ owner: "user_id" }),
      lists: blocker({
        owner: "user_id",
        message: "owns {count} lists",
        otherwise: content({ rows: "delete" }),
      }),
      "odd|na`me": content({ owner: "user_id", rows: "delete" }),
      prices: unrelated("a price list"),
      undecided: todo("whose is it?"),
      sessions: session({ owner: "user_id" }),
    },
  }),
);

function made(): Register {
  if (annotation === null) throw new Error("the annotation is wrong");
  const planned = plan(annotation, catalog);
  if (planned.plan === null)
    throw new Error(
      planned.findings.map((each) => `${each.code} ${each.subject} ${each.message}`).join("\n"),
    );
  return registerOf(annotation, catalog, planned.plan);
}
const of = (register: Register, name: string) =>
  register.tables.find((each) => each.table === `public.${name}`);

describe("in words", () => {
  const register = made();

  test("coverage tells decided, open and not mentioned apart", () => {
    expect(register.coverage).toEqual({
      tables: { total: 11, decided: 8, open: 2, unmentioned: 1 },
      columns: { total: 32, decided: 28, open: 2, unmentioned: 2 },
    });
    expect(register.open).toEqual([
      { table: "public.other", question: null },
      { table: "public.undecided", question: "whose is it?" },
    ]);
    expect(register.untouched).toEqual([
      { table: "public.prices", class: "unrelated", reason: "a price list" },
    ]);
  });

  test("columns by what was decided of them, never by a guess", () => {
    const names = Object.entries(of(register, "users")?.columns ?? {}).map(([category, list]) => [
      category,
      list.map((each) => each.column),
    ]);
    expect(Object.fromEntries(names)).toEqual({
      personal: ["email"],
      secret: ["hash"],
      "second factor": ["totp"],
      state: [],
      "not personal": ["id", "status"],
      key: [],
      open: ["locale"],
      "with the row": [],
    });
  });

  test.each([
    ["sessions", "deleted", { anonymize: "deleted", hard_delete: "deleted", soft_delete: "deleted" }],
    [
      "accounts",
      "new ones refused",
      { anonymize: "deleted", hard_delete: "deleted", soft_delete: "deleted" },
    ],
    ["factors", "untouched", { anonymize: "deleted", hard_delete: "deleted", soft_delete: "deleted" }],
    [
      "lists",
      "refused while there are any: owns {count} lists",
      { anonymize: "deleted", hard_delete: "deleted", soft_delete: "untouched" },
    ],
    [
      "bills",
      "untouched",
      {
        anonymize: "columns erased: name; kept for the time, then deleted",
        hard_delete: "detached from the person; columns erased: name; kept for the time, then deleted",
        soft_delete: "untouched",
      },
    ],
  ])("%s", (name, atSchedule, atExecution) => {
    expect(of(register, name)?.rules).toMatchObject([{ atSchedule, atExecution }]);
  });

  test("an option, retention, and who gets what", () => {
    expect(of(register, "drafts")?.rules[1]?.atExecution.anonymize).toBe("deleted, if the request says all");
    expect(of(register, "bills")?.rules[0]?.retention).toEqual({
      basis: "legal_obligation",
      for: "10 years",
      since: "issued_at",
    });
    expect(register.recipients).toEqual([
      { recipient: "polar", effects: [{ effect: "billing", at: "schedule", values: ["id: t.id"] }] },
      { recipient: "s3", effects: [{ effect: "store", at: "execute", values: ["public.drafts.body"] }] },
    ]);
    expect(registerMarkdown(register)).toContain(
      "| `s3` | `store` | when it is executed | `public.drafts.body` |",
    );
  });

  test("as Markdown: whatever names and reasons hold stays in its cell", () => {
    const text = registerMarkdown(register);
    expect(text).toContain("| tables | 11 | 8 | 2 | 1 |\n");
    expect(text).toContain(
      "| `public.bills` | user_id is the person | legal_obligation | 10 years | `issued_at` |",
    );
    expect(text).toContain("### public.odd\\|na\\`me (content)");
    expect(text).toContain("`extra` (a number \\| nothing else)");
    expect(text).toContain("- **open**: `locale` (is it \\*personal\\*?)");
    expect(text).toContain("- `public.other`: not mentioned\n- `public.undecided`: whose is it?");
  });

  test("another annotation, another record", () => {
    expect(registerMarkdown(register)).toBe(registerMarkdown(made()));
    expect(registerMarkdown({ ...register, open: [] })).not.toBe(registerMarkdown(register));
  });
});

test("the tables of a group are in it one by one, each with its own columns", () => {
  const likes = (name: string, more: Record<string, string>) =>
    catalogTable(name, { id: "uuid pk", user_id: "uuid not null index -> users", ...more });
  const catalog = catalogOf([
    catalogTable("users", { id: "uuid pk", email: "text not null unique" }),
    likes("book_likes", { note: "text" }),
    likes("shop_likes", { mood: "text" }),
  ]);
  const { annotation } = validateAnnotation(
    defineErasure({
      ...terms,
      tables: {
        users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
        ...group(["*_likes"], content({ columns: { note: pii.null(), mood: pii.null() } }), [
          "book_likes",
          "shop_likes",
        ]),
      },
    }),
  );
  if (annotation === null) throw new Error("a wrong test");
  const { plan: made, findings } = plan(annotation, catalog);
  if (made === null) throw new Error(JSON.stringify(findings));
  const register = registerOf(annotation, catalog, made);
  expect(register.coverage.tables).toEqual({ total: 3, decided: 3, open: 0, unmentioned: 0 });
  expect(
    register.tables.map(({ table, columns }) => [table, columns.personal.map(({ column }) => column)]),
  ).toEqual([
    ["public.book_likes", ["note"]],
    ["public.shop_likes", ["mood"]],
    ["public.users", ["email"]],
  ]);
});

test("rows without an owner, and the application's own steps, in words", () => {
  const erasure = defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "hard_delete"] },
    tables: {
      users: subject({ key: "id", columns: { id: keep(), home_id: pii.null() } }),
      addresses: content({ owner: referencedBy("users"), rows: "delete" }),
    },
    steps: {
      seats: {
        at: "before",
        why: "frees the seats",
        strategies: ["hard_delete"],
        run: "call release(subjects)",
      },
    },
  });
  const { annotation } = validateAnnotation(erasure);
  const catalog = catalogOf([
    catalogTable("users", { id: "bigint pk", home_id: "bigint index -> addresses" }),
    catalogTable("addresses", { id: "bigint pk", street: "text" }),
  ]);
  if (annotation === null) throw new Error("a wrong test");
  const made = plan(annotation, catalog);
  if (made.plan === null) throw new Error(JSON.stringify(made.findings));
  const page = registerMarkdown(registerOf(annotation, catalog, made.plan));
  expect(page).toContain("their public.users (home_id) point at them, and nothing else does");
  expect(page).toContain(
    "| `seats` | at execution, before anything is erased, under hard_delete | frees the seats |",
  );
});
