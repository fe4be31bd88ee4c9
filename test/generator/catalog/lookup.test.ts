import { describe, expect, test } from "vitest";
import { indexCatalog, supportsLookup } from "../../../generator/catalog/lookup.ts";
import { column, foreignKey, index, table } from "./fixture.ts";

const catalog = indexCatalog({
  version: 1,
  tables: [
    table("app.users", {
      columns: [column("id", "uuid"), column("email")],
      indexes: [index(["email"]), index(["tenant", "id"], { primary: true, unique: true })],
    }),
    table("public.users", { foreignKeys: [foreignKey(["manager"], "public.users")] }),
    table("app.log", { kind: "partitioned table", foreignKeys: [foreignKey(["user_id"], "app.users")] }),
    table("app.log_1", {
      kind: "partition",
      partitionOf: "app.log",
      foreignKeys: [
        foreignKey(["user_id"], "app.users", { name: "renamed" }),
        foreignKey(["seen_by"], "app.users"),
      ],
    }),
    table("public.app.users"),
  ],
  views: [],
});

const names = (tables: { name: string }[]) => tables.map((each) => each.name);

test("tables and columns by name", () => {
  expect(catalog.table("app.users")?.schema).toBe("app");
  expect(catalog.table("users")).toBeUndefined();
  expect(catalog.column("app.users", "id")?.type).toBe("uuid");
  expect(catalog.column("app.users", "constructor")).toBeUndefined();
  expect(catalog.column("app.nothing", "id")).toBeUndefined();
});

test("referencing leaves out what a partition inherits, and keeps what is its own", () => {
  const found = catalog.referencing("app.users").map((each) => `${each.table.name} ${each.fk.name}`);
  expect(found).toEqual(["app.log user_id_fkey", "app.log_1 seen_by_fkey"]);
  expect(names(catalog.referencing("public.users").map((each) => each.table))).toEqual(["public.users"]);
  expect(catalog.referencing("app.log")).toEqual([]);
});

test("the primary key in its order, or null", () => {
  expect(catalog.primaryKey("app.users")).toEqual(["tenant", "id"]);
  expect(catalog.primaryKey("app.log")).toBeNull();
});

test("a name of the annotation is looked up as it stands, then along the search path", () => {
  expect(names(catalog.resolveName("users"))).toEqual(["public.users"]);
  expect(names(catalog.resolveName("users", ["app", "public"]))).toEqual(["app.users", "public.users"]);
  expect(names(catalog.resolveName("app.users"))).toEqual(["app.users", "public.app.users"]);
  expect(names(catalog.resolveName("app.users", ["app"]))).toEqual(["app.users"]);
  expect(catalog.resolveName("nothing")).toEqual([]);
});

describe("supportsLookup", () => {
  const cases: [string, ReturnType<typeof index>, string[], boolean][] = [
    ["the column itself", index(["a"]), ["a"], true],
    ["a leading column", index(["a", "b"]), ["a"], true],
    ["a column that doesn't lead", index(["b", "a"]), ["a"], false],
    ["all leading, in another order", index(["b", "a", "c"]), ["a", "b"], true],
    ["one of two", index(["a"]), ["a", "b"], false],
    ["an expression in front", index([null, "a"]), ["a"], false],
    ["hash", index(["a"], { method: "hash" }), ["a"], true],
    ["gin", index(["a"], { method: "gin" }), ["a"], false],
    ["not valid", index(["a"], { valid: false }), ["a"], false],
    ["where it is known", index(["a"], { predicate: "(a IS NOT NULL)" }), ["a"], true],
    [
      "where a quoted one is known",
      index(['A "b"'], { predicate: '("A ""b""" IS NOT NULL)' }),
      ['A "b"'],
      true,
    ],
    ["where another is known", index(["a"], { predicate: "(b IS NOT NULL)" }), ["a"], false],
    ["where more is asked", index(["a"], { predicate: "((a IS NOT NULL) AND b)" }), ["a"], false],
    ["where it is unknown", index(["a"], { predicate: "(a IS NULL)" }), ["a"], false],
    ["no column", index(["a"]), [], false],
  ];
  test.each(cases)("%s", (_, given, columns, expected) => {
    expect(supportsLookup(given, columns)).toBe(expected);
    expect(
      indexCatalog({ version: 1, tables: [table("a.t", { indexes: [given] })], views: [] }).hasIndexOn(
        "a.t",
        columns,
      ),
    ).toBe(expected);
  });
});
