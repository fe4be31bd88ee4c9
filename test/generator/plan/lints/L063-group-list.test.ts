import { describe, expect, test } from "vitest";
import {
  blocker,
  content,
  defineErasure,
  group,
  keep,
  pii,
  todo,
  unrelated,
} from "../../../../generator/annotation/builders.ts";
import { validateAnnotation } from "../../../../generator/annotation/schema.ts";
import { plan } from "../../../../generator/plan/plan.ts";
import { catalog, table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const tags = (name: string, columns: Record<string, string> = {}) =>
  table(name, { id: "uuid pk", user_id: "uuid not null index -> users", ...columns });
const gone = content({ owner: "user_id", rows: "delete" });
const kept = content({ owner: "user_id", columns: { note: pii.null(), stars: keep() } });
const tables = [users(), tags("book_tags"), tags("shop_tags")];
const listing = (names?: string[], patterns = ["*_tags"]) => ({
  users: person(),
  ...group(patterns, gone, names),
});

describe("L063 list of a group", () => {
  test("a new table that a pattern matches", () => {
    const all = listing(["book_tags", "shop_tags"]);
    expect(subjects("L063", { tables, annotation: all })).toEqual([]);
    const more = [...tables, tags("club_tags")];
    const [finding, ...others] = findings("L063", { tables: more, annotation: all });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: "error",
      subject: "public.club_tags",
      path: ["tables", "group(*_tags)", "tables"],
    });
    expect(finding?.remedy).toContain('add "club_tags" to the list');
    // It is asked about once, and here.
    expect(subjects("L012", { tables: more, annotation: all })).toEqual([]);
    for (const decided of [
      listing(["book_tags", "shop_tags", "club_tags"]),
      { ...all, club_tags: unrelated("the club's") },
      { ...all, ...group(["club_*"], gone, ["club_tags"]) },
    ]) {
      expect(subjects("L063", { tables: more, annotation: decided })).toEqual([]);
    }
    // By another pattern nobody has looked at it.
    expect(
      subjects("L063", { tables: more, annotation: { ...all, "club_*": unrelated("the club's") } }),
    ).toEqual(["public.club_tags"]);
  });

  test("a group without a list", () => {
    const [first, ...others] = findings("L063", { tables, annotation: listing() });
    expect(first?.message).toContain("lists no tables yet");
    expect(first?.remedy).toContain("lethe sync");
    expect(others.map((each) => each.subject)).toEqual(["public.shop_tags"]);
    expect(subjects("L063", { tables, annotation: listing(undefined, ["book_tags", "shop_tags"]) })).toEqual(
      [],
    );
  });

  test("a listed table that no pattern is about", () => {
    const more = [...tables, tags("labels")];
    const all = ["book_tags", "shop_tags", "labels"];
    const [finding] = findings("L063", { tables: more, annotation: listing(all) });
    expect(finding).toMatchObject({ subject: "public.labels", path: ["tables", "labels"] });
    expect(
      subjects("L063", {
        tables: more,
        annotation: listing(["book_tags", "shop_tags"], ["*_tags", "labels"]),
      }),
    ).toEqual([]);
  });

  test("partitions go with the table that they are part of", () => {
    const parts = [
      tags("day_tags"),
      table(
        "old_day_tags",
        { id: "uuid", user_id: "uuid not null index" },
        { partitionOf: "public.day_tags" },
      ),
    ];
    expect(subjects("L063", { tables: [users(), ...parts], annotation: listing(["day_tags"]) })).toEqual([]);
  });

  test("a pattern that matches nothing, and a listed table that is gone", () => {
    const all = listing(["book_tags", "shop_tags", "old_tags"], ["*_tags", "*_labels"]);
    expect(findings("L010", { tables, annotation: all })).toMatchObject([
      { subject: "old_tags", path: ["tables", "old_tags"] },
      { subject: "*_labels", path: ["tables", "group(*_tags, *_labels)", "patterns", 1] },
    ]);
  });
});

describe("a group's columns", () => {
  const annotation = { users: person(), ...group(["*_tags"], kept, ["book_tags", "shop_tags"]) };

  test("a table may lack some", () => {
    const each = [users(), tags("book_tags", { note: "text" }), tags("shop_tags", { stars: "integer" })];
    expect(findings("L011", { tables: each, annotation })).toEqual([]);
    expect(findings("L013", { tables: each, annotation })).toEqual([]);
  });

  test("one that no table has is a mistake, told once", () => {
    const each = [users(), tags("book_tags", { note: "text" }), tags("shop_tags")];
    expect(subjects("L011", { tables: each, annotation })).toEqual(["group(*_tags).stars"]);
  });

  test("of a table nobody decided a column", () => {
    const each = [
      users(),
      tags("book_tags", { note: "text", stars: "integer" }),
      tags("shop_tags", { ip: "inet" }),
    ];
    expect(findings("L013", { tables: each, annotation })).toMatchObject([
      { subject: "public.shop_tags.ip", path: ["tables", "shop_tags", "columns"] },
    ]);
  });
});

test("of what a table lacks nothing is planned", () => {
  const blocks = blocker({
    owner: "user_id",
    message: "has {count}",
    columns: { note: pii.null() },
    otherwise: content({ columns: { note: pii.null(), ip: pii.null() } }),
  });
  const annotation = { users: person(), ...group(["*_tags"], blocks, ["book_tags", "shop_tags"]) };
  const each = [
    users(),
    tags("book_tags", { note: "text" }),
    tags("shop_tags", { note: "text", ip: "inet" }),
  ];
  const checked = validateAnnotation(defineErasure({ tables: annotation }));
  if (checked.annotation === null) throw new Error("a wrong test");
  const made = plan(checked.annotation, catalog(each));
  expect(made.findings).toEqual([]);
  const changes = made.plan?.operations.anonymize.map(({ table: { name }, changes: own }) => [
    name,
    own.map(({ column }) => column).sort(),
  ]);
  expect(changes).toEqual(
    expect.arrayContaining([
      ["public.book_tags", ["note"]],
      ["public.shop_tags", ["ip", "note"]],
    ]),
  );
});

test("an open name in the list is an undecided table", () => {
  const annotation = { users: person(), ...group(["*_tags"], gone, ["book_tags", todo("shop_tags")]) };
  expect(subjects("L063", { tables, annotation })).toEqual([]);
  expect(subjects("L012", { tables, annotation })).toEqual([]);
});
