import { expect, test } from "vitest";
import { content, reassign, retain } from "../../../../generator/annotation/builders.ts";
import type { ContentInput } from "../../../../generator/annotation/input.ts";
import { type Extra, table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = (owner: string) => table("notes", { id: "uuid pk", user_id: `${owner} -> users`, at: "date" });
const decide = (owner: string, rows: ContentInput["rows"]) => ({
  tables: [users(), notes(owner)],
  annotation: { users: person(), notes: content({ owner: "user_id", rows }) },
});

test("L020 detaching from a NOT NULL owner, once for both strategies", () => {
  expect(subjects("L020", decide("uuid index", "detach"))).toEqual([]);
  expect(findings("L020", decide("uuid not null index", "detach"))).toMatchObject([
    { subject: "public.notes.user_id", path: ["tables", "notes", "rules", 0] },
  ]);
  expect(subjects("L020", decide("uuid not null index", "delete"))).toEqual([]);
});

test("L020 retained rows, and rows with nobody to go to", () => {
  const kept = (owner: string) => ({
    tables: [users(), notes(owner)],
    annotation: {
      users: person(),
      notes: retain({ owner: "user_id", for: "7 years", since: "at", basis: "legal_obligation" }),
    },
  });
  expect(subjects("L020", kept("uuid index"))).toEqual([]);
  expect(subjects("L020", kept("uuid not null index"))).toEqual(["public.notes.user_id"]);
  const hand = reassign({ sql: "null::uuid" }, { orElse: "detach" });
  expect(subjects("L020", decide("uuid index", hand))).toEqual([]);
  expect(subjects("L020", decide("uuid not null index", hand))).toEqual(["public.notes.user_id"]);
});

test("L020 a domain or a CHECK that acts as NOT NULL", () => {
  const domain = (check: string) => ({
    columns: { user_id: { domain: { name: "public.person", notNull: false, checks: [check] } } },
  });
  const one = (rows: ContentInput["rows"], extra: Extra) => ({
    tables: [users(), table("notes", { id: "uuid pk", user_id: "uuid index -> users" }, extra)],
    annotation: { users: person(), notes: content({ owner: "user_id", rows }) },
  });
  expect(subjects("L020", one("detach", domain("(VALUE <> 'x'::text)")))).toEqual([]);
  expect(findings("L020", one("detach", domain("(VALUE IS NOT NULL)")))).toMatchObject([
    { subject: "public.notes.user_id", level: "error" },
  ]);
  expect(findings("L020", one("detach", domain("is_person(VALUE)")))).toMatchObject([{ level: "warning" }]);
  const check = {
    checks: [{ name: "owned", expression: "(user_id IS NOT NULL)", columns: ["user_id"] }],
  };
  const hand = reassign({ sql: "null::uuid" }, { orElse: "detach" });
  expect(findings("L020", one(hand, check))).toMatchObject([
    { subject: "public.notes.user_id", level: "error" },
  ]);
  expect(subjects("L020", one(reassign({ sql: "null::uuid" }), check))).toEqual([]);
});
