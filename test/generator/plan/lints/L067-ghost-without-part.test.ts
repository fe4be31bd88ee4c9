import { expect, test } from "vitest";
import { content, ghost, part, pii, reassign } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const handed = (author: string, rows: "delete" | "ghost") => ({
  tables: [
    users(),
    table("profiles", { id: "uuid pk -> users", bio: "text" }),
    table("posts", { id: "uuid pk", author }),
  ],
  annotation: {
    users: person(),
    profiles: part({ columns: { bio: pii.null() } }),
    posts: content({ owner: "author", rows: rows === "ghost" ? reassign("departed") : rows }),
  },
  more: {
    ghosts: { departed: ghost({ id: "00000000-0000-4000-8000-000000000001", email: "ghost@example.org" }) },
  },
});

test("L067 a ghost that has no row in the part that a foreign key leads to", () => {
  expect(subjects("L067", handed("uuid index -> profiles", "delete"))).toEqual([]);
  const [finding] = findings("L067", handed("uuid index -> profiles", "ghost"));
  expect(finding).toMatchObject({
    subject: "public.posts.author",
    level: "warning",
    path: ["tables", "posts", "rules", 0],
  });
  expect(subjects("L067", handed("uuid index -> users", "ghost"))).toEqual([]);
});
