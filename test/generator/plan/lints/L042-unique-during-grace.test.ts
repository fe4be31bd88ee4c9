import { expect, test } from "vitest";
import { keep, pii } from "../../../../generator/annotation/builders.ts";
import type { Index } from "../../../../generator/catalog/model.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (
  index: Partial<Index> & { predicate: string | null },
  columns: Record<string, string> = { deleted_at: "timestamptz" },
  more: Parameters<typeof person>[1] = {},
  rules: Parameters<typeof person>[0] = {},
) => ({
  tables: [
    users(
      { email: "text not null", ...columns },
      { indexes: [{ name: "live", columns: ["email"], unique: true, ...index }] },
    ),
  ],
  annotation: { users: person(rules, more) },
});
const live = { predicate: "(deleted_at IS NULL)" };

test("L042 an address that somebody else may take during grace", () => {
  expect(subjects("L042", decide({ predicate: null }))).toEqual([]);
  expect(findings("L042", decide(live))).toMatchObject([
    {
      level: "error",
      subject: "public.users.email",
      path: ["tables", "users", "columns", "email"],
      message: expect.stringContaining("live (where (deleted_at IS NULL))"),
      remedy: expect.stringContaining(
        "alter table public.users add column if not exists scheduled_deletion_at timestamptz; create unique index concurrently on public.users (email) where deleted_at is null or scheduled_deletion_at is not null; drop index concurrently public.live;",
      ),
    },
  ]);
  expect(subjects("L042", decide({ ...live, unique: false }))).toEqual([]);
  expect(
    subjects("L042", decide({ predicate: "((deleted_at IS NULL) OR (scheduled_deletion_at IS NOT NULL))" })),
  ).toEqual([]);
});

test("L042 conditions that ask for more", () => {
  const verified = { deleted_at: "timestamptz", verified: "boolean" };
  const [found] = findings("L042", decide({ predicate: "((deleted_at IS NULL) AND verified)" }, verified));
  expect(found?.remedy).toContain(
    "where ((deleted_at is null or scheduled_deletion_at is not null) AND verified);",
  );
  expect(
    subjects("L042", decide({ predicate: "((deleted_at IS NULL) OR verified)" }, verified)),
  ).toHaveLength(1);
  const covering = "(((deleted_at IS NULL) OR (scheduled_deletion_at IS NOT NULL)) AND verified)";
  expect(subjects("L042", decide({ predicate: covering }, verified))).toEqual([]);
  expect(subjects("L042", decide({ predicate: "verified" }, verified))).toEqual([]);
});

test("L042 names as they are: adopted marks, expressions, columns that are kept", () => {
  const marks = { deletedAt: "closedAt", scheduledFor: "closes_at" };
  const adopted = { closedAt: "timestamptz", closes_at: "timestamptz" };
  const [found] = findings("L042", decide({ predicate: '("closedAt" IS NULL)' }, adopted, { marks }));
  expect(found?.remedy).toContain(
    'sync`: create unique index concurrently on public.users (email) where "closedAt" is null or closes_at is not null;',
  );
  expect(subjects("L042", decide(live, { ...adopted, deleted_at: "timestamptz" }, { marks }))).toEqual([]);
  const lower = { ...live, columns: [null], expressions: ["lower(email)"], nullsNotDistinct: true };
  expect(findings("L042", decide(lower))[0]?.remedy).toContain(
    "on public.users ((lower(email))) nulls not distinct where",
  );
  const handle = { deleted_at: "timestamptz", handle: "text" };
  const kept = decide({ ...live, columns: ["handle"] }, handle, {}, { handle: keep() });
  expect(subjects("L042", kept)).toEqual(["public.users.handle"]);
});

test("L042 what no cancellation wants back", () => {
  const pending = { deleted_at: "timestamptz", pending: "text" };
  const rule = (restore: boolean) => ({ pending: pii.null({ at: "schedule" as const, restore }) });
  const index = { ...live, columns: ["pending"] };
  expect(subjects("L042", decide(index, pending, {}, rule(false)))).toEqual([]);
  expect(subjects("L042", decide(index, pending, {}, rule(true)))).toEqual(["public.users.pending"]);
});
