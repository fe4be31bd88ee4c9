/** Turns zod's issues into findings: what is wrong, in the words of the annotation language, and what to write. */
import type { z } from "zod";
import type { Finding } from "../errors.ts";
import { MISPLACED } from "./builders/merge.ts";
import type { AnnotationPath } from "./model.ts";
import { nearest } from "./nearest.ts";
import { adoptShape, marksShape } from "./shapes/marks.ts";
import { stepShape } from "./shapes/steps.ts";
import {
  accessShape,
  type Complaint,
  columnShapes,
  effectShape,
  erasureShape,
  forEachShape,
  groupShape,
  lifecycleShape,
  ownerShapes,
  reassignShape,
  refuseShape,
  rowsByStrategyShape,
  ruleShapes,
  tableShapes,
} from "./shapes.ts";
import { builderOf, describe, isObject, subjectOf, valueAt } from "./value.ts";

type Issue = z.core.$ZodIssue;

/** The findings of one issue; `root` is the value that was checked. */
export function findingsOf(issue: Issue, root: unknown): Finding[] {
  const path = issue.path as AnnotationPath;
  const value = valueAt(root, path);
  const finding = (code: string, message: string, remedy: string, at = path): Finding => ({
    code,
    level: "error",
    subject: subjectOf(at),
    message,
    remedy,
    path: at,
  });
  const wrong = (expected: string, remedy: string): Finding[] =>
    value === undefined && isSetting(path)
      ? [missing(path, root, finding)]
      : [
          finding(
            "L003",
            `${nameOf(path)} is ${describe(value)}, expected ${expected}`,
            callIt(value) ?? remedy,
          ),
        ];

  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, root, finding));
    case "custom": {
      const { otherwise, ...complaint } = (issue.params ?? {}) as Partial<Complaint> & {
        otherwise?: { remedy: string };
      };
      if (otherwise) return wrong(issue.message, otherwise.remedy);
      return [
        finding(
          complaint.lethe ?? "L003",
          `${nameOf(path)} ${issue.message}`,
          complaint.remedy ?? "correct it",
        ),
      ];
    }
    case "invalid_type":
      return wrong(
        TYPES[issue.expected] ?? issue.expected,
        `write ${EXAMPLES[issue.expected] ?? TYPES[issue.expected] ?? issue.expected}`,
      );
    case "invalid_value": {
      const allowed = issue.values.map((item) => JSON.stringify(item));
      const near = typeof value === "string" ? nearest(value, issue.values.map(String)) : undefined;
      return wrong(
        oneOf(allowed),
        near === undefined ? `write ${oneOf(allowed)}` : `did you mean ${JSON.stringify(near)}?`,
      );
    }
    case "too_small":
      return [
        finding(
          path.at(-1) === "strategies" ? "L008" : "L003",
          `${nameOf(path)} is empty`,
          "write at least one",
        ),
      ];
    default:
      return [finding("L003", `${nameOf(path)}: ${issue.message}`, "correct it")];
  }
}

/** A key that the language knows, rather than the name of a table, column or option, or a place in a list. */
function isSetting(path: AnnotationPath): boolean {
  const parent = path.at(-2);
  const named =
    ["columns", "options", "payload", "effects"].includes(String(parent)) ||
    (parent === "tables" && path.length === 2);
  return typeof path.at(-1) === "string" && !named;
}

type Make = (code: string, message: string, remedy: string, at?: AnnotationPath) => Finding;

const TYPES: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
};
const EXAMPLES: Record<string, string> = {
  string: 'a text in quotes, "…"',
  array: 'an array, such as ["…"]',
  object: "{ … }",
  record: "{ … }",
};

function oneOf(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A builder without its parentheses is the likeliest reason for a function in the file. */
function callIt(value: unknown): string | undefined {
  return typeof value === "function" ? `call it: ${value.name || "builder"}(…)` : undefined;
}

function missing(path: AnnotationPath, root: unknown, finding: Make): Finding {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const owner = builderOf(valueAt(root, parent));
  const where = owner === undefined ? "" : ` in ${owner}`;
  return finding("L002", `\`${key}\` is missing${where}`, HINTS[key] ?? `add ${key}: …`);
}

/** What to add where a required key isn't there. */
const HINTS: Record<string, string> = {
  handler: 'name who does it: handler: "…", a name in lethe.effects.ts',
  key: 'add the key column: key: "id"',
  columns: "add columns: { … }, with a decision about every column",
  for: 'add how long the rows must stay: for: "7 years"',
  since: 'add the column that the time is counted from: since: "created_at"',
  basis: 'add why the rows must stay: basis: "legal_obligation"',
  message: 'add what the person is told: message: "owns {count} …"',
  where: 'add the condition: where: "t.…"',
  code: 'name the finding: accept("L025", "why")',
  reason: 'say why, in a sentence: ("…")',
  value: "pass the value to write",
  tables: "add tables: { … }",
  rules: 'add the rules: rules: [content({ owner: "…" })]',
  table: 'name the parent table: via("comments")',
  patterns: 'name the tables: group(["*_tag"], content({ … }))',
  decision: 'say what becomes of their rows: group(["*_tag"], content({ … }))',
  to: 'name the ghost: reassign("departed"), or what to truncate to: pii.truncate("year")',
};

function unknownKey(key: string, path: AnnotationPath, root: unknown, finding: Make): Finding {
  const value = valueAt(root, path);
  const owner = builderOf(value);
  if (key === MISPLACED && isObject(value)) {
    const message = `${owner ?? nameOf(path)} got ${describe(value[MISPLACED])} where its settings belong`;
    return finding("L003", message, "write the settings as an object: { … }");
  }
  const known = knownKeys(value, path).filter((candidate) => !HIDDEN.has(candidate));
  const near = nearest(key, known);
  const inner =
    owner === undefined
      ? path.length === 0
        ? " in defineErasure({…})"
        : ` in ${nameOf(path)}`
      : ` in ${owner}`;
  const choices = known.length === 0 ? "remove it" : `remove it; known here: ${known.join(", ")}`;
  const belongsToTable = !isTable(path) && path.length > 2 && TABLE_ONLY.has(key);
  const remedy = belongsToTable
    ? `write it on the table: table({ ${key}: … })`
    : near === undefined
      ? choices
      : `did you mean \`${near}\`?`;
  return finding("L001", `\`${key}\` is not known${inner}`, remedy, [...path, key]);
}

/** Set by the builders, never by hand. */
const HIDDEN = new Set(["class", "patterns", "decision", "action", "by", "personal", "acknowledged"]);
const TABLE_ONLY = new Set(["view", "rls", "triggers", "accept"]);

function knownKeys(value: unknown, path: AnnotationPath): string[] {
  if (!isObject(value)) return [];
  const tagged = (shapes: Record<string, z.ZodObject>, tag: unknown): z.ZodObject | undefined =>
    typeof tag === "string" && Object.hasOwn(shapes, tag) ? shapes[tag] : undefined;
  const last = path.at(-1);
  const shape =
    path.length === 0
      ? erasureShape
      : path.length === 1
        ? { lifecycle: lifecycleShape, access: accessShape }[String(last)]
        : value.action === "reassign"
          ? reassignShape
          : (tagged(ownerShapes, value.by) ??
            tagged(isTable(path) ? { ...tableShapes, group: groupShape } : ruleShapes, value.class) ??
            tagged({ ...columnShapes, adopt: adoptShape }, value.action) ??
            (last === "marks"
              ? marksShape
              : last === "forEach"
                ? forEachShape
                : path[0] === "effects" && path.length === 2
                  ? effectShape
                  : last === "rows"
                    ? rowsByStrategyShape
                    : path.at(-2) === "refuse"
                      ? refuseShape
                      : path.at(-2) === "steps"
                        ? stepShape
                        : undefined));
  return shape === undefined ? [] : Object.keys(shape.shape);
}

/** The place of a table's decision, or of a group's. */
function isTable(path: AnnotationPath): boolean {
  return path.length === 2 || (path.length === 3 && path[2] === "decision");
}

/** The place as a person would name it: `strategies[0]`, `where`. */
function nameOf(path: AnnotationPath): string {
  const last = path.at(-1);
  if (last === undefined) return "the default export";
  if (typeof last === "number") return `\`${path.at(-2)}[${last}]\``;
  const parent = path.at(-2);
  return parent === "columns" || (parent === "tables" && path.length === 2)
    ? `the decision about \`${last}\``
    : `\`${last}\``;
}
