import { expect, test } from "vitest";
import { content, keep, pii, unrelated } from "../../../../generator/annotation/builders.ts";
import type { View } from "../../../../generator/catalog/model.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (...views: Partial<View>[]) => ({
  tables: [
    users(),
    table("posts", { id: "uuid pk", user_id: "uuid index -> users", body: "text" }),
    table("prices", { id: "uuid pk" }),
  ],
  annotation: {
    users: person(),
    posts: content({ columns: { body: pii.null(), id: keep(), user_id: keep() } }),
    prices: unrelated("a price list"),
  },
  views,
});
const cache = (...reads: string[]) => ({ view: "cache", materialized: true, reads });

test("L050 a materialized view of what is erased", () => {
  expect(subjects("L050", decide(cache("public.prices")))).toEqual([]);
  expect(findings("L050", decide(cache("public.posts", "public.prices", "public.users")))).toMatchObject([
    {
      level: "warning",
      subject: "public.cache",
      message: expect.stringContaining("public.posts, public.users"),
      path: ["tables", "posts"],
      remedy: expect.stringContaining("refresh materialized view concurrently public.cache"),
    },
  ]);
  // A plain view holds nothing.
  expect(subjects("L050", decide({ ...cache("public.users"), materialized: false }))).toEqual([]);
});

test("L050 through other views, in a circle too", () => {
  const view = (name: string, ...reads: string[]) => ({ view: name, reads });
  expect(
    subjects("L050", decide(cache("public.a"), view("a", "public.b"), view("b", "public.users"))),
  ).toEqual(["public.cache"]);
  expect(subjects("L050", decide(cache("public.a"), view("a", "public.b"), view("b", "public.a")))).toEqual(
    [],
  );
});
