import { expect, test } from "vitest";
import { content, part, pii, table as rules, via } from "../../../../generator/annotation/builders.ts";
import type { TableDecision } from "../../../../generator/annotation/input.ts";
import { type Extra, table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (
  user_id: string,
  extra: Extra = {},
  profiles: TableDecision = part({ columns: { bio: pii.null() } }),
) => ({
  tables: [users(), table("profiles", { id: "uuid pk", user_id, bio: "text" }, extra)],
  annotation: { users: person(), profiles },
});

test("L065 a part of which a person may have several rows", () => {
  expect(subjects("L065", decide("uuid unique -> users"))).toEqual([]);
  const [finding] = findings("L065", decide("uuid not null index -> users"));
  expect(finding).toMatchObject({
    subject: "public.profiles.user_id",
    level: "error",
    path: ["tables", "profiles", "rules", 0],
  });
  expect(finding?.remedy).toContain("create unique index concurrently on public.profiles (user_id);");
  expect(subjects("L065", decide("uuid not null unique -> users"))).toEqual([]);
});

test("the shared key is enough; a partial, a wider or an unfinished index isn't", () => {
  const shared = {
    tables: [users(), table("profiles", { id: "uuid pk -> users", bio: "text" })],
    annotation: { users: person(), profiles: part({ columns: { bio: pii.null() } }) },
  };
  expect(subjects("L065", shared)).toEqual([]);
  for (const index of [
    { columns: ["user_id"], unique: true, predicate: "(bio IS NOT NULL)" },
    { columns: ["user_id", "bio"], unique: true },
    { columns: [null], expressions: ["user_id"], unique: true },
    { columns: ["user_id"], unique: true, valid: false },
  ])
    expect(subjects("L065", decide("uuid -> users", { indexes: [index] })), JSON.stringify(index)).toEqual([
      "public.profiles.user_id",
    ]);
});

test("a part by anything but a column, twice, or without its key", () => {
  const unique = "uuid unique -> users";
  const columns = { bio: pii.null() };
  const link = { columns: ["bio"], references: ["id"] };
  const byParent = {
    tables: [...decide(unique).tables, table("others", { id: "uuid pk", user_id: "uuid unique -> users" })],
    annotation: {
      users: person(),
      others: content({ owner: "user_id", rows: "delete" }),
      // biome-ignore lint/suspicious/noExplicitAny: the type refuses it too
      profiles: part({ owner: via("others", link) as any, columns }),
    },
  };
  expect(findings("L065", byParent)[0]?.message).toContain("by a column that holds the person's key");
  const twice = rules({ columns, rules: [part({ owner: "user_id" }), part({ owner: "id" })] });
  expect(findings("L065", decide(unique, {}, twice))[0]?.message).toBe("the table is a part twice");
  const keyless = part({ columns: { ...columns, user_id: pii.null() } });
  expect(findings("L065", decide(unique, {}, keyless))[0]).toMatchObject({
    subject: "public.profiles.user_id",
    path: ["tables", "profiles", "columns", "user_id"],
  });
});

test("who refers to a part's key names the person: no owner has to be written", () => {
  const made = {
    tables: [
      users(),
      table("profiles", { id: "uuid pk -> users", bio: "text" }),
      table("posts", { id: "uuid pk", author: "uuid not null index -> profiles", body: "text" }),
    ],
    annotation: {
      users: person(),
      profiles: part({ columns: { bio: pii.null() } }),
      posts: content({ columns: { body: pii.null() } }),
    },
  };
  for (const code of ["L027", "L023", "L022", "L021", "L013"]) expect(subjects(code, made), code).toEqual([]);
  const { posts: _, ...undecided } = made.annotation;
  for (const strategies of [["anonymize"], ["hard_delete"]] as const)
    expect(
      subjects("L012", {
        ...made,
        annotation: undecided,
        more: { lifecycle: { strategies: [...strategies] } },
      }),
    ).toEqual(["public.posts"]);
});
