/** Looking around in a value of unknown shape: what the validation needs to talk about a wrong one. */
import type { AnnotationPath } from "./model.ts";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

/** The value at a path, or undefined. */
export function valueAt(root: unknown, path: AnnotationPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** The words a finding uses for a wrong value. */
export function describe(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (typeof value === "function") return `a function (${value.name || "unnamed"}) that isn't called`;
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  const built = builderOf(value);
  return built === undefined ? "an object" : built;
}

const ACTIONS: Record<string, string> = {
  null: "pii.null()",
  email: "pii.email()",
  literal: "pii.replace(…)",
  template: "pii.template(…)",
  truncate: "pii.truncate(…)",
  json_remove: "pii.jsonRemove(…)",
  json_set: "pii.jsonSet(…)",
  empty_array: "pii.emptyArray()",
  remove_element: "pii.removeElement(…)",
  hash: "pii.hash()",
  sql: "pii.sql(…)",
  reassign: "reassign(…)",
  adopt: "adopt(…)",
};
const OWNERS: Record<string, string> = {
  via: "via(…)",
  polymorphic: "polymorphic(…)",
  sql: "ownerSql(…)",
  match: "match(…)",
  referenced_by: "referencedBy(…)",
};

/** The builder that made a value, as a person would write it. */
export function builderOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  if (value.action === "keep" || value.action === "todo") return `${value.action}(…)`;
  if (typeof value.action === "string") {
    if (value.mfa === true) return "mfa.secret(…)";
    if (value.secret === true) return "secret(…)";
    return value.personal === false ? "set(…)" : ACTIONS[value.action];
  }
  if (typeof value.class === "string")
    return value.class === "unrelated" || value.class === "group"
      ? `${value.class}(…)`
      : `${value.class}({…})`;
  if (typeof value.by === "string") return OWNERS[value.by];
  return undefined;
}

/** What a finding is about: `table.column`, `table`, or the setting's dotted name. */
export function subjectOf(path: AnnotationPath): string {
  if (path[0] !== "tables" || path.length < 2)
    return path.length === 0 ? "the annotation" : path.map(String).join(".");
  const columns = path.lastIndexOf("columns");
  const column = columns > 1 ? path[columns + 1] : undefined;
  return typeof column === "string" ? `${path[1]}.${column}` : String(path[1]);
}
