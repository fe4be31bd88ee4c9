import { expect, test } from "vitest";
import { content, pii } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

test("L034 a view whose name is taken", () => {
  const decide = (view: string, views: string[] = []) => ({
    tables: [users()],
    annotation: { users: person({}, { view }) },
    views,
  });
  expect(subjects("L034", decide("active_users"))).toEqual([]);
  expect(findings("L034", decide("active_users", ["active_users"]))).toMatchObject([
    { subject: "public.active_users", path: ["tables", "users", "view"] },
  ]);
  expect(subjects("L034", decide("users"))).toEqual(["public.users"]);
  expect(subjects("L034", decide("live.active_users", ["active_users"]))).toEqual([]);
});

test("L034 two tables, one view", () => {
  const notes = table("notes", { id: "uuid pk", user_id: "uuid index -> users", body: "text" });
  const decide = (view: string) => ({
    tables: [users(), notes],
    annotation: {
      users: person({}, { view: "present" }),
      notes: content({ view, columns: { body: pii.null() } }),
    },
  });
  expect(subjects("L034", decide("present_notes"))).toEqual([]);
  expect(subjects("L034", decide("present"))).toEqual(["public.present"]);
});
