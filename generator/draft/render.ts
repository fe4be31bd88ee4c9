/** A draft as the text of `lethe.schema.ts`: sections by class, one line a column, each guess with its reason. */
import { objectKey } from "../plan/lints/support/names.ts";
import { type Entry, entries } from "./alike.ts";
import type { ColumnDraft, Draft, SubjectDraft, TableDraft } from "./model.ts";
import { GROUPS } from "./model.ts";
import { renderColumn, renderFields, renderRule, type Used, value } from "./render-values.ts";
import { survives } from "./survives.ts";

export interface RenderDraftOptions {
  /** What the file imports the annotation language from. */
  from?: string;
}

const WIDTH = 110;

const HEAD = `/**
 * What every table and column means for a person who leaves. A first draft by \`lethe init\`, guessed from names,
 * types and keys; the reason for each guess stands beside it. Read every line: what is right may lose its comment,
 * what is wrong is to be corrected, and each todo() is a question that somebody has to answer. Then run
 * \`lethe check\`.
 */`;

export function renderDraft(draft: Draft, { from = "pg-lethe" }: RenderDraftOptions = {}): string {
  const used: Used = new Set(["defineErasure"]);
  const body = [
    ...lifecycle(draft),
    "  tables: {",
    ...section(GROUPS.people),
    ...subject(draft.subject, used),
    ...tables(draft, used),
    ...unreached(draft),
  ];
  if (body.at(-1) === "") body.pop();
  body.push("  },");
  const imports = [...used].sort();
  const line = `import { ${imports.join(", ")} } from ${JSON.stringify(from)};`;
  const head =
    line.length <= WIDTH
      ? [line]
      : ["import {", ...imports.map((name) => `  ${name},`), `} from ${JSON.stringify(from)};`];
  return [HEAD, ...head, "", "export default defineErasure({", ...body, "});", ""].join("\n");
}

function lifecycle({ strategies, strategyNote }: Draft): string[] {
  return [
    "  lifecycle: {",
    ...comment(strategyNote === null ? [] : [strategyNote], 4),
    `    strategies: ${value(strategies)}, // the first is the default`,
    '    gracePeriod: "14 days",',
    '    cancelCooldown: "24 hours",',
    "  },",
    "  // Who is signed in, and which roles the application has: without it nobody may schedule a deletion but the owner.",
    '  // access: { currentUser: presets.setting("app.user_id", "uuid"), app: ["…"], admin: ["…"], worker: ["…"] },',
  ];
}

function section(title: string): string[] {
  return [`    // ── ${title} ${"─".repeat(Math.max(3, 100 - title.length))}`, ""];
}

function subject(draft: SubjectDraft, used: Used): string[] {
  used.add("subject");
  return [
    ...comment(draft.notes, 4),
    `    ${objectKey(draft.key)}: subject({`,
    `      key: ${JSON.stringify(draft.column)},`,
    ...(draft.marks === null ? [] : [`      marks: ${value(draft.marks)},`]),
    `      // view: ${JSON.stringify(`active_${draft.key.split(".").at(-1)}`)}, rls: "hide", // whether scheduled and deleted people are hidden, and how`,
    ...columns(draft.columns, 6, used),
    "    }),",
    "",
  ];
}

function tables(draft: Draft, used: Used): string[] {
  const lines: string[] = [];
  let title: string = "people";
  for (const { table, group } of entries(draft)) {
    if (table.group !== title) lines.push(...section(GROUPS[table.group]));
    title = table.group;
    const one = oneTable(table, used);
    lines.push(...(group === null ? one : oneGroup(table, group, one, used)), "");
  }
  return lines;
}

/** What is said of one table, inside `group(…)`: its comments above, its key gone. */
function oneGroup(
  table: TableDraft,
  group: NonNullable<Entry["group"]>,
  one: string[],
  used: Used,
): string[] {
  used.add("group");
  const key = `    ${objectKey(table.key)}: `;
  const start = one.findIndex((line) => line.startsWith(key));
  const [first = "", ...more] = one.slice(start);
  const decision = [`      ${first.slice(key.length)}`, ...more.map((line) => `  ${line}`)];
  return [
    ...one.slice(0, start),
    "    ...group(",
    ...names(group.patterns),
    ...decision,
    ...(group.names.length === 0 ? [] : names(group.names)),
    "    ),",
  ];
}

function names(all: string[]): string[] {
  const line = `      [${all.map((name) => JSON.stringify(name)).join(", ")}],`;
  if (line.length <= WIDTH) return [line];
  return [
    "      [",
    ...wrap(
      all.map((name) => `${JSON.stringify(name)},`),
      8,
    ),
    "      ],",
  ];
}

function oneTable(table: TableDraft, used: Used): string[] {
  const head = comment(
    [table.why, ...table.notes].filter((line) => line !== ""),
    4,
  );
  if (table.todo === null) return [...head, ...decision(table, used)];
  used.add("todo");
  const example = table.rules.length === 0 ? [] : decision(table, new Set());
  return [
    ...head,
    `    ${objectKey(table.key)}: todo(${JSON.stringify(table.todo)}),`,
    ...(example.length === 0 ? [] : ["    // perhaps:"]),
    ...example.map((line) => `    // ${line.slice(4)}`),
  ];
}

function decision(table: TableDraft, used: Used): string[] {
  const key = objectKey(table.key);
  const [only, ...more] = table.rules;
  const stays = survives(table);
  if (only !== undefined && more.length === 0) {
    if (!stays) return [`    ${key}: ${renderRule(only.rule, used)}, // ${only.why}`];
    used.add(only.rule.class);
    const [owner, ...fields] = renderFields(only.rule, used);
    return [
      `    ${key}: ${only.rule.class}({`,
      ...(owner === undefined ? [] : [`      ${owner}, // ${only.why}`]),
      ...fields.map((field) => `      ${field},`),
      ...columns(table.columns, 6, used),
      "    }),",
    ];
  }
  used.add("table");
  return [
    `    ${key}: table({`,
    ...(stays ? columns(table.columns, 6, used) : []),
    "      rules: [",
    ...table.rules.map(({ rule, why }) => `        ${renderRule(rule, used)}, // ${why}`),
    "      ],",
    "    }),",
  ];
}

/** What has a reason or a question first, in the order of the table; then what says nothing of anybody. */
function columns(all: ColumnDraft[], indent: number, used: Used): string[] {
  const space = " ".repeat(indent);
  const rest = all.filter(isPlain);
  const lines = all
    .filter((column) => !isPlain(column))
    .map(
      ({ column, rule, why }) =>
        `${space}  ${objectKey(column)}: ${renderColumn(rule, used)},${why === null ? "" : ` // ${why}`}`,
    );
  return [`${space}columns: {`, ...lines, ...keepRest(rest, indent + 2, used), `${space}},`];
}

function isPlain({ rule, why }: ColumnDraft): boolean {
  return rule.action === "keep" && rule.reason === undefined && why === null;
}

function keepRest(rest: ColumnDraft[], indent: number, used: Used): string[] {
  if (rest.length === 0) return [];
  used.add("keepRest").add("keep");
  const space = " ".repeat(indent);
  const entries = rest.map(({ column }) => `${objectKey(column)}: keep()`);
  const line = `${space}...keepRest({ ${entries.join(", ")} }),`;
  if (line.length <= WIDTH) return [line];
  return [
    `${space}...keepRest({`,
    ...wrap(
      entries.map((entry) => `${entry},`),
      indent + 2,
    ),
    `${space}}),`,
  ];
}

function wrap(words: string[], indent: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${" ".repeat(indent)}${word}`);
  }
  return lines;
}

function unreached({ unreached: names }: Draft): string[] {
  if (names.length === 0) return [];
  return [
    ...section("Nothing leads from these to a person, by key or by name: nothing has to be said of them"),
    ...wrap(
      names.map((name, at) => (at === names.length - 1 ? name : `${name},`)),
      7,
    ).map((line) => `    // ${line.trimStart()}`),
  ];
}

function comment(lines: string[], indent: number): string[] {
  // A name may hold a line break, and a comment ends with its line.
  return lines.map((line) => `${" ".repeat(indent)}// ${line.replace(/[\r\n\u2028\u2029]+/g, " ")}`);
}
