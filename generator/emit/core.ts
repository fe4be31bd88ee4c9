/**
 * The hand-written core from `sql/`, the same for every application. A file is one object; its first lines say which:
 *   -- object: function lethe.schedule_deletion({{key}}, …)
 *   -- roles: app admin worker        (who may use it; nobody where the line is missing)
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../catalog/sql-file.ts";
import type { Plan } from "../plan/model.ts";
import type { DatabaseObject } from "./text.ts";

/** What the migration itself asks, before anything else is made. */
const FIRST = ["comparison"];
const FOLDERS = [
  "access",
  "lifecycle",
  "execution",
  "residue",
  "effects",
  "retention",
  "protection",
  "drift",
  "views",
];

export function coreObjects(plan: Plan): DatabaseObject[] {
  const objects = objectsIn(plan, FOLDERS);
  // A trigger is created after the function it calls.
  const isTrigger = (object: DatabaseObject) => object.object.startsWith("trigger ");
  return [...objects.filter((object) => !isTrigger(object)), ...objects.filter(isTrigger)];
}

export function firstObjects(plan: Plan): DatabaseObject[] {
  return objectsIn(plan, FIRST);
}

function objectsIn(plan: Plan, folders: string[]): DatabaseObject[] {
  return folders.flatMap((folder) =>
    readdirSync(join(packageRoot(), "sql", folder))
      .filter((file) => file.endsWith(".sql"))
      .sort()
      .map((file) => parse(plan, coreFile(`${folder}/${file}`), file)),
  );
}

/** The numbered steps that make Lethe's own tables. */
export function stateSteps(plan: Plan): { number: number; title: string; definition: string }[] {
  return readdirSync(join(packageRoot(), "sql", "state"))
    .filter((file) => /^\d+_.*\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number.parseInt(file, 10),
      title: file.replace(/^\d+_|\.sql$/g, "").replaceAll("_", " "),
      definition: fillKey(plan, coreFile(`state/${file}`)),
    }));
}

/** What the migration itself works with, in the order of the files' numbers. */
export function migrationTools(): string {
  return readdirSync(join(packageRoot(), "sql", "migration"))
    .sort()
    .map((file) => coreFile(`migration/${file}`).trim())
    .join("\n\n");
}

function coreFile(path: string): string {
  return readFileSync(join(packageRoot(), "sql", path), "utf8");
}

function fillKey(plan: Plan, text: string): string {
  return text.replaceAll("{{key}}", plan.key.type);
}

function parse(plan: Plan, text: string, file: string): DatabaseObject {
  const object = /^-- object: (.*)$/m.exec(text)?.[1];
  if (object === undefined) throw new Error(`sql/${file} doesn't say which object it makes`);
  const roles = /^-- roles: (.*)$/m.exec(text)?.[1]?.split(" ");
  const definition = text.replace(/^-- (object|roles): .*\n/gm, "");
  return { object: fillKey(plan, object), definition: fillKey(plan, definition), roles };
}

/**
 * Lethe's schema may have another name, for a second kind of subject in the same database. Core files and emitted text
 * all say `lethe`, as schema (`lethe.`, `'lethe'`) and as prefix of what stands on the application's tables
 * (`lethe_guard`); both take the new name, so that two kinds share a table in peace. Words of the application and of
 * the annotation's author are masked while the text is made: their `lethe` is not this one.
 */
export function emitAs(plan: Plan, write: (plan: Plan) => string): string {
  if (plan.schema === "lethe") return write(plan);
  const planned = JSON.stringify(plan);
  const mask = [..."qxzjvkw0123456789"].map((end) => `leth${end}`).find((each) => !planned.includes(each));
  if (mask === undefined) throw new Error("no word is left to stand in for the application's own lethe");
  const masked = mapStrings(plan, (text) => text.replaceAll("lethe", mask));
  return write(masked)
    .replace(/(?<![\w@`-])lethe(?=[._']|;$)/gm, plan.schema)
    .replaceAll(mask, "lethe");
}

function mapStrings<T>(value: T, map: (text: string) => string): T {
  if (typeof value === "string") return map(value) as T;
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, map)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [map(key), mapStrings(each, map)]),
  ) as T;
}
