/** What a draft says of many tables at once. */
import { describe, expect, test } from "vitest";
import type { Table } from "../../../generator/catalog/model.ts";
import { entries } from "../../../generator/draft/alike.ts";
import { draft } from "../../../generator/draft/draft.ts";
import { renderDraft } from "../../../generator/draft/render.ts";
import { catalog, table } from "../plan/catalog-builder.ts";

const users = table("users", { id: "uuid pk", email: "text not null unique" });
const notes = (name: string, columns: Record<string, string> = { body: "text", stars: "integer" }) =>
  table(name, { id: "uuid pk", user_id: "uuid not null index -> users", ...columns });
const made = (...tables: Table[]) => draft(catalog([users, ...tables]), "users");
const said = (...tables: Table[]) =>
  entries(made(...tables)).map(({ table: one, group }) =>
    group === null ? one.key : `${group.patterns.join(" ")}: ${group.names.join(" ")}`,
  );

describe("tables about which the same is said", () => {
  test("are a group from three on", () => {
    expect(said(notes("a_notes"), notes("b_notes"))).toEqual(["a_notes", "b_notes"]);
    expect(said(notes("a_notes"), notes("b_notes"), notes("c_notes"))).toEqual([
      "*_notes: a_notes b_notes c_notes",
    ]);
  });

  test("a pattern that would take a table that nothing is said about is none", () => {
    const others = table("price_notes", { id: "integer pk", cents: "integer" });
    expect(said(notes("a_notes"), notes("b_notes"), notes("c_notes"), others)).toEqual([
      "a_notes b_notes c_notes: ",
    ]);
  });

  test("have the same columns, but for a few, and say the same of them", () => {
    const more = notes("c_notes", { body: "text", stars: "integer", phone: "text" });
    expect(said(notes("a_notes"), notes("b_notes"), more)).toEqual(["*_notes: a_notes b_notes c_notes"]);
    const text = renderDraft(made(notes("a_notes"), notes("b_notes"), more));
    expect(text).toContain("phone: pii.null(), // phone number");
    const other = notes("c_notes", { body: "text not null", stars: "integer" });
    expect(said(notes("a_notes"), notes("b_notes"), other)).toEqual(["a_notes", "b_notes", "c_notes"]);
    const elsewhere = notes("c_notes", { phone: "text", city: "text" });
    expect(said(notes("a_notes"), notes("b_notes"), elsewhere)).toEqual(["a_notes", "b_notes", "c_notes"]);
  });

  test("another owner is another decision", () => {
    const theirs = table("c_notes", {
      id: "uuid pk",
      author_id: "uuid not null index -> users",
      body: "text",
      stars: "integer",
    });
    expect(said(notes("a_notes"), notes("b_notes"), theirs)).toEqual(["a_notes", "b_notes", "c_notes"]);
  });

  test("rows that go are kept apart by what the tables are called", () => {
    const names = ["a_likes", "b_likes", "c_likes", "a_follows", "b_follows", "c_follows", "pins"];
    expect(said(...names.map((name) => notes(name, {})))).toEqual([
      "*_follows: a_follows b_follows c_follows",
      "*_likes: a_likes b_likes c_likes",
      "pins",
    ]);
  });
});
