/** The new value of a transformed column, and the condition under which there is still something to erase. */
import type { ColumnChange } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { column } from "./text.ts";

export interface ChangeSql {
  /** `body = '[deleted]'` */
  assignment: string;
  /** True while the row still holds the old value: updates touch no other row, chunks resume by it, probes ask it. */
  guard: string;
}

/** Which values stand for {id} and {key} in templates, as SQL text. */
export interface TemplateKeys {
  id: string | null;
  key: string | null;
}

/** Types without an equality operator are compared by their text. */
const NO_EQUALITY = new Set(["json", "xml", "point", "polygon", "box", "line", "path", "circle"]);

/** `yielded`: conditions of rows in which another rule has its way. */
export function changeSql(change: ColumnChange, keys: TemplateKeys, yielded: string[] = []): ChangeSql {
  const old = column(change.column);
  const { value, guard } = valueSql(change, old, keys);
  const unless = [...(change.unless === null ? [] : [change.unless.trim()]), ...yielded]
    .map((each, _, all) => (all.length === 1 ? each : `(${each})`))
    .join(" or ");
  if (unless === "") return { assignment: `${ident(change.column)} = ${value}`, guard };
  return {
    assignment: `${ident(change.column)} = case when ${unless} then ${old} else ${value} end`,
    guard: `(${guard} and (${unless}) is not true)`,
  };
}

function valueSql(change: ColumnChange, old: string, keys: TemplateKeys): { value: string; guard: string } {
  const { transform } = change;
  switch (transform.action) {
    case "null":
      return { value: "null", guard: `${old} is not null` };
    case "email":
      return differs(change, old, `'deleted_' || ${keys.id}::text || '@deleted.invalid'`);
    case "literal":
      return differs(change, old, typedLiteral(change, transform.value));
    case "template":
      return differs(change, old, templateSql(transform.template, keys));
    case "truncate":
      return differs(change, old, truncateSql(change, old, transform.to));
    case "json_remove":
      return jsonRemove(change, old, transform.paths);
    case "json_set":
      return jsonSet(change, old, transform.path, transform.value);
    case "empty_array":
      return onlyWhere(`${old} <> '{}'`, "'{}'", old);
    case "remove_element":
      return {
        value: `array_remove(${old}, ${transform.element})`,
        guard: `(${transform.element}) = any (${old})`,
      };
    case "hash":
      // Its form says that it is a hash already: a second run must not hash the hash.
      return onlyWhere(`${old} !~ '^lethe:[0-9a-f]{64}$'`, `lethe.keyed_hash(${old})`, old);
    case "sql":
      return differs(change, old, `(${transform.expression.trim()})`);
  }
}

/** For values that aren't the same when computed twice: a neighbour's change must not touch this column again. */
function onlyWhere(guard: string, value: string, old: string): { value: string; guard: string } {
  return { value: `case when ${guard} then ${value} else ${old} end`, guard };
}

function differs(change: ColumnChange, old: string, value: string): { value: string; guard: string } {
  const cast = NO_EQUALITY.has(change.baseType) ? "::text" : "";
  return { value, guard: `${old}${cast} is distinct from ${cast === "" ? value : `(${value})${cast}`}` };
}

function typedLiteral(change: ColumnChange, value: string | number | boolean): string {
  // A bare string literal takes the column's type by itself; a number into a text column does not.
  if (typeof value !== "string")
    return change.baseType.startsWith("character") || change.baseType === "text"
      ? literal(String(value))
      : literal(value);
  return literal(value);
}

function templateSql(template: string, keys: TemplateKeys): string {
  const parts = template
    .split(/(\{id\}|\{key\})/)
    .filter((part) => part !== "")
    .map((part) => {
      if (part === "{id}") return `${keys.id}::text`;
      if (part === "{key}") return `${keys.key}::text`;
      return literal(part);
    });
  return parts.join(" || ");
}

function truncateSql(change: ColumnChange, old: string, to: string): string {
  if (to === "network") {
    const network = `network(set_masklen(${old}, least(masklen(${old}), case family(${old}) when 4 then 24 else 48 end)))`;
    return `${network}::${change.baseType}`;
  }
  // In UTC: the same instant must be cut the same way whatever the session's TimeZone.
  if (change.baseType === "timestamp with time zone") return `date_trunc('${to}', ${old}, 'UTC')`;
  return `date_trunc('${to}', ${old}${change.baseType === "date" ? "::timestamp" : ""})::${change.baseType}`;
}

function pathLiteral(path: string[]): string {
  return literal(`{${path.map((key) => `"${key.replace(/(["\\])/g, "\\$1")}"`).join(",")}}`);
}

function jsonRemove(change: ColumnChange, old: string, paths: string[][]): { value: string; guard: string } {
  if (change.baseType === "jsonb" && paths.every(isPlainKey)) return removeKeys(old, paths.flat());
  const asJsonb = change.baseType === "json" ? `${old}::jsonb` : old;
  const guard = paths.map((path) => `${asJsonb} #> ${pathLiteral(path)} is not null`).join(" or ");
  const removed = `${asJsonb}${paths.map((path) => ` #- ${pathLiteral(path)}`).join("")}`;
  const back = change.baseType === "json" ? `(${removed})::json` : removed;
  // Not every value is an object: a path can't be removed from a bare string.
  return {
    value: `case when ${guard} then ${back} else ${old} end`,
    guard: paths.length === 1 ? guard : `(${guard})`,
  };
}

/** A key of the object itself; a number could be an array's place. */
function isPlainKey(path: string[]): boolean {
  return path.length === 1 && !/^-?\d+$/.test(path[0] as string);
}

/** One operator for all keys: half the work of a path for each. Elsewhere than in objects they'd take elements of arrays. */
function removeKeys(old: string, keys: string[]): { value: string; guard: string } {
  const list = `array[${keys.map((key) => literal(key)).join(", ")}]`;
  const isObject = `jsonb_typeof(${old}) = 'object'`;
  return {
    value: `case when ${isObject} then ${old} - ${list} else ${old} end`,
    guard: `(${isObject} and ${old} ?| ${list})`,
  };
}

function jsonSet(
  change: ColumnChange,
  old: string,
  path: string[],
  value: unknown,
): { value: string; guard: string } {
  const asJsonb = change.baseType === "json" ? `${old}::jsonb` : old;
  const wanted = `${literal(JSON.stringify(value))}::jsonb`;
  const set = `jsonb_set(${asJsonb}, ${pathLiteral(path)}, ${wanted}, false)`;
  const guard = `${asJsonb} #> ${pathLiteral(path)} <> ${wanted}`;
  return {
    value: `case when ${guard} then ${change.baseType === "json" ? `(${set})::json` : set} else ${old} end`,
    guard,
  };
}
