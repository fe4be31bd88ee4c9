/** What a column's value becomes, by the words of the annotation language alone. */
import type { ColumnRule } from "../../../generator/annotation/model.ts";
import type { Json } from "./state.ts";

export interface Keys {
  id: string;
  key: string | null;
}

/** `type`: the column's, without modifier. */
export function transformed(rule: ColumnRule, old: Json, type: string, keys: Keys): Json {
  switch (rule.action) {
    case "null":
      return null;
    case "email":
      return `deleted_${keys.id}@deleted.invalid`;
    case "literal":
      return literalOf(rule.value, type);
    case "template":
      return rule.template.replaceAll("{id}", keys.id).replaceAll("{key}", keys.key ?? "");
    case "truncate":
      return old === null ? null : truncated(String(old), rule.to);
    case "json_remove":
      return rule.paths.reduce(without, old);
    case "json_set":
      return replaced(old, rule.path, rule.value as Json);
    case "empty_array":
      return old === null ? null : [];
    case "hash":
      return old === null ? null : `lethe:${"0".repeat(64)}`;
    default:
      return old;
  }
}

function literalOf(value: string | number | boolean, type: string): Json {
  if (type === "jsonb") return JSON.parse(String(value)) as Json;
  if (type === "text[]") return String(value).slice(1, -1).split(",");
  return value;
}

function truncated(old: string, to: string): Json {
  if (to === "network") return old.replace(/\.\d+$/, ".0/24");
  if (to === "year") return `${old.slice(0, 4)}-01-01`;
  return `${old.slice(0, 7)}-01T00:00:00+00:00`;
}

function without(from: Json, [first, ...rest]: string[]): Json {
  if (first === undefined || !isObject(from) || !(first in from)) return from;
  const { [first]: found, ...others } = from;
  return rest.length === 0 ? others : { ...others, [first]: without(found as Json, rest) };
}

function replaced(within: Json, [first, ...rest]: string[], value: Json): Json {
  if (first === undefined) return value;
  if (!isObject(within) || !(first in within)) return within;
  return { ...within, [first]: replaced(within[first] as Json, rest, value) };
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
