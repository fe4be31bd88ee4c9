/** What a table is taken for, by its name, its columns and its keys. */
import { describe, expect, test } from "vitest";
import type { Table } from "../../../generator/catalog/model.ts";
import { draft } from "../../../generator/draft/draft.ts";
import type { TableDraft } from "../../../generator/draft/model.ts";
import { renderRule } from "../../../generator/draft/render-values.ts";
import { toAnnotation } from "../../../generator/draft/to-annotation.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { catalog, table } from "../plan/catalog-builder.ts";

const users = table("users", { id: "uuid pk", email: "text" });
const OWNED = { id: "uuid pk", user_id: "uuid not null index -> users" };

function said(tables: Table[], name: string, subject = users): string {
  const snapshot = catalog([subject, ...tables]);
  const made = draft(snapshot, subject.name);
  const found = made.tables.find((each) => each.table === `public.${name}`);
  const findings = plan(toAnnotation(made), snapshot).findings.filter(
    (each) => !["L024", "L025"].includes(each.code),
  );
  expect(findings).toEqual([]);
  return found === undefined ? "nothing" : words(found);
}

function words({ todo, group, rules }: TableDraft): string {
  const text = rules.map(({ rule }) => renderRule(rule, new Set())).join(" ");
  return todo === null ? `${group}: ${text}` : `${group}? ${text}`;
}

describe("classes", () => {
  test.each([
    ["sessions", { token: "text" }, 'session: session({ owner: "user_id" })'],
    ["user_sessions", { ip: "inet" }, 'session: session({ owner: "user_id" })'],
    ["training_sessions", { title: "text" }, 'content: content({ owner: "user_id" })'],
    ["refresh_tokens", {}, 'session: session({ owner: "user_id" })'],
    ["identities", { provider: "text" }, 'credential: credential({ owner: "user_id" })'],
    ["bank_accounts", { iban: "text" }, 'content: content({ owner: "user_id" })'],
    ["api_keys", { hash: "text" }, 'credential: credential({ owner: "user_id" })'],
    ["totp_credentials", { secret: "text" }, 'mfa: mfa({ owner: "user_id" })'],
    [
      "invoices",
      { issued_at: "date" },
      'money? retain({ owner: "user_id", for: "7 years", since: "issued_at", basis: "legal_obligation" })',
    ],
    ["likes", { kind: "text" }, 'own: content({ owner: "user_id", rows: "delete" })'],
    ["scores", { points: "integer" }, 'own: content({ owner: "user_id", rows: "delete" })'],
    ["profiles", { user_id: "uuid unique -> users", bio: "text" }, 'people: part({ owner: "user_id" })'],
    [
      "details",
      { id: "uuid pk -> users", user_id: "text", bio: "text" },
      'people: part({ owner: "id" }) content({ owner: "user_id", rows: "detach" })',
    ],
    ["stories", { body: "text" }, 'content: content({ owner: "user_id" })'],
  ])("%s %o: %s", (name, columns, expected) => {
    expect(said([table(name, { ...OWNED, ...columns })], name)).toBe(expected);
  });
});

describe("owners", () => {
  test.each([
    [
      "a foreign key that sets NULL lets rows outlive",
      { id: "uuid pk", user_id: "uuid index -> users set null", body: "text" },
      'content: content({ owner: "user_id", rows: { anonymize: "transform", hard_delete: "detach" } })',
    ],
    [
      "two people",
      { id: "uuid pk", sender_id: "uuid index -> users", recipient_id: "uuid index -> users", body: "text" },
      'content: content({ owner: "sender_id" }) content({ owner: "recipient_id", rows: "detach" })',
    ],
    [
      "two people, neither to be missed",
      {
        id: "uuid pk",
        sender_id: "uuid not null index -> users",
        recipient_id: "uuid not null index -> users",
        body: "text",
      },
      'content? content({ owner: "sender_id" }) content({ owner: "recipient_id" })',
    ],
    [
      "by name, without a foreign key",
      { id: "uuid pk", user_id: "uuid index", body: "text" },
      'content: content({ owner: "user_id" })',
    ],
    [
      "by name, of type text",
      { id: "uuid pk", userId: "text index", body: "text" },
      'content: content({ owner: "userId" })',
    ],
    [
      "who acted",
      { id: "uuid pk", created_by: "uuid index", amount: "integer" },
      'acted: content({ owner: "created_by", rows: "detach" })',
    ],
    [
      "who acted, and must be there",
      { id: "uuid pk", created_by: "uuid not null index -> users", label: "text" },
      'acted? content({ owner: "created_by", rows: reassign("departed") })',
    ],
    ["a key of another type", { id: "uuid pk", user_id: "integer", body: "text" }, "unplaced? "],
    ["created_by as text may be a name", { id: "uuid pk", created_by: "text" }, "unplaced? "],
    [
      "a pair",
      { id: "uuid pk", owner_type: "text", owner_id: "uuid index", body: "text" },
      'content? content({ owner: polymorphic({ type: "owner_type", id: "owner_id", value: "User" }) })',
    ],
    ["a list", { id: "uuid pk", member_ids: "uuid[]" }, "unplaced? "],
    ["nothing of anybody", { id: "uuid pk", cents: "integer" }, "nothing"],
  ])("%s", (_, columns, expected) => expect(said([table("things", columns)], "things")).toBe(expected));

  test("a pair whose type names people", () => {
    const things = table(
      "things",
      { id: "uuid pk", owner_type: "text", owner_id: "uuid index", body: "text" },
      { columns: { owner_type: { enumLabels: ["team", "user"] } } },
    );
    expect(said([things], "things")).toBe(
      'content: content({ owner: polymorphic({ type: "owner_type", id: "owner_id", value: "user" }) })',
    );
  });

  test("through a parent, to any depth", () => {
    const posts = table("posts", { ...OWNED, body: "text" });
    const edits = table("post_edits", {
      id: "uuid pk",
      post_id: "uuid not null index -> posts",
      body: "text",
    });
    const diffs = table("diffs", {
      id: "uuid pk",
      edit_id: "uuid not null index -> post_edits",
      body: "text",
    });
    expect(said([posts, edits, diffs], "post_edits")).toBe(
      'content: content({ owner: via("posts"), rows: "delete" })',
    );
    expect(said([posts, edits, diffs], "diffs")).toBe(
      'content: content({ owner: via("post_edits"), rows: "delete" })',
    );
  });

  test("what others depend on is asked about, and what is part of it with it", () => {
    const teams = table("teams", { id: "uuid pk", owner_id: "uuid not null index -> users", name: "text" });
    const seats = table("seats", {
      id: "uuid pk",
      team_id: "uuid not null index -> teams",
      user_id: "uuid not null index -> users",
    });
    const badges = table("badges", { id: "uuid pk", team_id: "uuid not null index -> teams", name: "text" });
    expect(said([teams, seats, badges], "teams")).toMatch(/^shared\? blocker\(/);
    expect(said([teams, seats, badges], "seats")).toMatch(/^own: /);
    expect(said([teams, seats, badges], "badges")).toMatch(/^shared\? /);
  });
});

test("people who refer to people: hard_delete is left out, and said so", () => {
  const inviting = table("users", { id: "uuid pk", invited_by: "uuid -> users" });
  const made = draft(catalog([inviting]), "users");
  expect(made.strategies).toEqual(["anonymize", "soft_delete"]);
  expect(made.strategyNote).toMatch(/^hard_delete is left out: .*users_invited_by_fkey/);
});

test("a person is known by one column, and a table that isn't there is named", () => {
  const composite = table("people", { a: "uuid pk", b: "uuid pk" });
  expect(() => draft(catalog([composite]), "people")).toThrow("public.people has no key of a single column");
  expect(() => draft(catalog([users]), "user")).toThrow("there is no table user");
});

test("a table about signing in that no column ties to a person is asked about", () => {
  const session = table("session", { sid: "text pk", sess: "jsonb", expire: "timestamp with time zone" });
  const verification = table("verification", { id: "text pk", identifier: "text", value: "text" });
  expect(said([session], "session")).toBe("unplaced? ");
  expect(said([verification], "verification")).toBe("unplaced? ");
});
