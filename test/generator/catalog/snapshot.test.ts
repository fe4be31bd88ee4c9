import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { parseCatalog, readCatalogFile, serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { UsageError } from "../../../generator/errors.ts";
import { column, foreignKey, index, table } from "./fixture.ts";

const view = { schema: "app", materialized: false, securityInvoker: true };
const catalog: Catalog = {
  version: 1,
  tables: [
    table("app.b", {
      columns: [column("z"), column('quote " and \n break')],
      indexes: [index(["z"], { name: "b" }), index([null], { name: "B", expressions: ["lower(z)"] })],
      publications: ["b", "a"],
    }),
    table("app.a", { foreignKeys: [foreignKey(["z"], "app.b"), foreignKey(["a"], "app.b")] }),
  ],
  views: [
    { ...view, name: "app.w", view: "w", reads: ["app.b", "app.a"] },
    { ...view, name: "app.v", view: "v", reads: [] },
  ],
};

describe("serializeCatalog", () => {
  test("there and back, sorted, columns in the order of the table", () => {
    const text = serializeCatalog(catalog);
    const parsed = parseCatalog(text, "x.json");
    expect(JSON.parse(text)).toEqual(parsed);
    expect(parsed.tables.map((each) => each.name)).toEqual(["app.a", "app.b"]);
    expect(parsed.tables[0]?.foreignKeys.map((fk) => fk.name)).toEqual(["a_fkey", "z_fkey"]);
    expect(parsed.tables[1]?.columns).toEqual(catalog.tables[0]?.columns);
    expect(parsed.tables[1]?.indexes.map((each) => each.name)).toEqual(["B", "b"]);
    expect(parsed.tables[1]?.publications).toEqual(["a", "b"]);
    expect(parsed.views.map((each) => each.reads)).toEqual([[], ["app.a", "app.b"]]);
    expect(serializeCatalog(parsed)).toBe(text);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("the order of keys in memory doesn't show, and the argument isn't touched", () => {
    const before = structuredClone(catalog);
    const turned: Catalog = JSON.parse(JSON.stringify(catalog), (_, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(serializeCatalog(turned)).toBe(serializeCatalog(catalog));
    expect(catalog).toEqual(before);
  });

  test("one line a column", () => {
    const lines = serializeCatalog(catalog).split("\n");
    expect(lines.filter((line) => line.includes('"name": "z", "type"'))).toHaveLength(1);
  });

  test("an empty catalog", () => {
    const text = serializeCatalog({ version: 1, tables: [], views: [] });
    expect(text).toBe('{\n  "version": 1,\n  "tables": [],\n  "views": []\n}\n');
    expect(parseCatalog(text, "x.json").tables).toEqual([]);
  });
});

describe("parseCatalog refuses", () => {
  const good = serializeCatalog(catalog);
  const cases: [string, string, RegExp][] = [
    ["what isn't JSON", "{ no", /^my\.json is not JSON: /],
    ["a merge conflict", `<<<<<<< ours\n${good}`, /^my\.json holds the marks of a merge conflict$/],
    ["no version", "[]", /^my\.json is no catalog snapshot of version 1: it has no version$/],
    ["another version", good.replace('"version": 1', '"version": 2'), /it has version 2$/],
    [
      "another shape",
      good.replace('"rowSecurity": "off"', '"rowSecurity": "maybe"'),
      /^my\.json has another shape than a catalog snapshot: tables\.0\.rowSecurity: /,
    ],
    ["an unknown key", good.replace('"kind"', '"colour": "red", "kind"'), /tables\.0: .*colour/],
  ];
  test.each(cases)("%s", (_, text, message) => {
    const error = caught(() => parseCatalog(text, "my.json"));
    expect(error.message).toMatch(message);
    expect(error.remedy).toBe("the snapshot is never edited by hand: run `lethe sync` to write it anew");
  });
});

test("readCatalogFile reads a file, and says what to do where there is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "lethe-catalog-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "lethe.catalog.json");
  const missing = caught(() => readCatalogFile(file));
  expect(missing.message).toBe(`there is no catalog snapshot at ${file}`);
  expect(missing.remedy).toContain("lethe sync");
  writeFileSync(file, serializeCatalog(catalog));
  expect(readCatalogFile(file).tables).toHaveLength(2);
  expect(caught(() => readCatalogFile(folder)).message).toContain("can't be read (EISDIR)");
});

function caught(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
