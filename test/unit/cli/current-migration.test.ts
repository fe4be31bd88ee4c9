import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentMigration } from "../../../cli/current-migration.ts";

let migrations = "";
beforeEach(() => {
  migrations = mkdtempSync(join(tmpdir(), "lethe-migrations-"));
});
afterEach(() => rmSync(migrations, { recursive: true }));

function withFiles(...names: string[]): void {
  mkdirSync(join(migrations, "current"));
  for (const name of names) writeFileSync(join(migrations, "current", name), "");
}
const file = (name: string): string => join(migrations, "current", name);

test("without a folder: the first number", () => {
  expect(currentMigration(migrations, "lethe")).toBe(file("001-lethe.sql"));
});
test("behind everything that is there", () => {
  withFiles("001.sql", "7-team.sql", "README.md");
  expect(currentMigration(migrations, "lethe")).toBe(file("008-lethe.sql"));
});
test("in place of its own file, whatever its number", () => {
  withFiles("003-lethe.sql", "004-team.sql", "005-lethe_org.sql");
  expect(currentMigration(migrations, "lethe")).toBe(file("003-lethe.sql"));
  expect(currentMigration(migrations, "lethe_org")).toBe(file("005-lethe_org.sql"));
});
test("two files of its own are a mistake to be solved by a person", () => {
  withFiles("003-lethe.sql", "004-lethe.sql");
  expect(() => currentMigration(migrations, "lethe")).toThrow("003-lethe.sql, 004-lethe.sql");
});
test("a single current.sql excludes a folder", () => {
  writeFileSync(join(migrations, "current.sql"), "");
  expect(() => currentMigration(migrations, "lethe")).toThrow("current.sql");
});
