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

const FOLDERS = ["access", "lifecycle", "execution", "protection", "views"];

export function coreObjects(plan: Plan): DatabaseObject[] {
  const objects = FOLDERS.flatMap((folder) =>
    readdirSync(join(packageRoot(), "sql", folder))
      .filter((file) => file.endsWith(".sql"))
      .sort()
      .map((file) => parse(plan, coreFile(`${folder}/${file}`), file)),
  );
  // A trigger is created after the function it calls.
  const isTrigger = (object: DatabaseObject) => object.object.startsWith("trigger ");
  return [...objects.filter((object) => !isTrigger(object)), ...objects.filter(isTrigger)];
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

export function coreFile(path: string): string {
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
 * Lethe's schema may have another name, for a second kind of subject. Core files and emitted text both say `lethe`;
 * names are checked to be plain words, so that a word boundary is all that is needed.
 */
export function renameSchema(text: string, schema: string): string {
  if (schema === "lethe") return text;
  return text
    .replace(/(?<![\w.])lethe(?=\.)/g, schema)
    .replace(/\bschema lethe\b/g, `schema ${schema}`)
    .replace(/'lethe'(?=[,;)]|::)/g, `'${schema}'`)
    .replace(/ on lethe\b(?!_)/g, ` on ${schema}`);
}
