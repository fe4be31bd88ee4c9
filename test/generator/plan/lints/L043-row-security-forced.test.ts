import { expect, test } from "vitest";
import { blocker, content, keep, pii, via } from "../../../../generator/annotation/builders.ts";
import type { Table } from "../../../../generator/catalog/model.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (forced: string, parent: ReturnType<typeof content>) => {
  const security = (name: string): Table["rowSecurity"] => (name === forced ? "forced" : "on");
  return {
    tables: [
      users({}, { rowSecurity: security("users") }),
      table(
        "posts",
        { id: "uuid pk", user_id: "uuid index -> users", body: "text" },
        { rowSecurity: security("posts") },
      ),
      table(
        "edits",
        { id: "uuid pk", post_id: "uuid index -> posts", body: "text" },
        { rowSecurity: security("edits") },
      ),
    ],
    annotation: {
      users: person(),
      posts: parent,
      edits: content({ owner: via("posts"), columns: { body: pii.null() } }),
    },
  };
};
const kept = { rows: { anonymize: "keep", hard_delete: "keep" }, columns: { body: keep() } } as const;
const transformed = content({ columns: { body: pii.null() } });

test("L043 row-level security that binds the definer", () => {
  expect(subjects("L043", decide("none", transformed))).toEqual([]);
  expect(findings("L043", decide("posts", transformed))).toMatchObject([
    {
      level: "warning",
      subject: "public.posts",
      path: ["tables", "posts"],
      remedy: expect.stringContaining("alter table public.posts no force row level security"),
    },
  ]);
  expect(subjects("L043", decide("users", transformed))).toEqual(["public.users"]);
  expect(subjects("L043", decide("edits", transformed))).toEqual(["public.edits"]);
});

test("L043 a table that is only read, and one that isn't", () => {
  expect(subjects("L043", decide("posts", content(kept)))).toEqual(["public.posts"]);
  const without = (decision: ReturnType<typeof content | typeof blocker>) => {
    const { tables, annotation } = decide("posts", transformed);
    return { tables: tables.slice(0, 2), annotation: { users: annotation.users, posts: decision } };
  };
  expect(subjects("L043", without(content(kept)))).toEqual([]);
  expect(subjects("L043", without(blocker({ message: "{count} posts" })))).toEqual(["public.posts"]);
});
