/** Places of the normalised model, found in what a person wrote. Each mark in the source is a place to be found. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Locate, locator } from "../../../generator/annotation/locate.ts";
import type { AnnotationPath } from "../../../generator/annotation/model.ts";

const MAIN = `import { content, defineErasure, keep, pii, via } from "pg-lethe";
import shared, { people as persons } from "./shared.ts";
import * as all from "./shared.ts";

const comments = content({ owner: /*comments.owner*/ "author_id" });
const columnName = "e-Mail";

export default defineErasure({
  lifecycle: { strategies: ["anonymize", /*second*/ "hard_delete"] },
  tables: /*tables*/ {
    users: persons,
    /*comments*/ comments,
    "edits": /*edits*/ content({ owner: via(/*via*/ "comments"), rows: "delete", columns: { [columnName]: /*computed*/ keep() } }),
    messages: table({
      columns: { body: pii.replace(/*replaced*/ "x", { at: /*at*/ "schedule" }) },
      rules: [content({}), content({ owner: /*rule*/ "recipient_id" })],
    }),
    homes: blocker({ otherwise: content({ columns: { title: /*otherwise*/ pii.null() } }) }),
    named: all.listed,
    ...shared,
    ...group(/*patterns*/ ["*_tags", /*likes*/ "likes"], /*decision*/ content({ owner: /*group.owner*/ "user_id" }), [/*listed*/ "a_tags", /*open*/ todo("b_tags")]),
   
    .../*preset*/ authPresets.phoenix({ table: "members", singular: "member" }),
    cast: /*cast*/ (content({ where: /*where*/ "t.a" }) satisfies object),
    round: all.round,
  },
} as const);
`;
const SHARED = `import { content, subject } from "pg-lethe";
const base = { id: /*id*/ keep() };
const more = () => { return { name: /*name*/ keep() }; };
export const people = subject({ key: /*key*/ "id", columns: { ...base, ...more() } });
export const listed = content({ when: /*when*/ "x" });
export const round = around;
const around = round;
export default { spread: /*spread*/ content({}) };
`;

const folder = mkdtempSync(join(tmpdir(), "lethe-locate-"));
afterAll(() => rmSync(folder, { recursive: true }));
let locate: Locate;
beforeAll(() => {
  writeFileSync(join(folder, "lethe.schema.ts"), MAIN);
  writeFileSync(join(folder, "shared.ts"), SHARED);
  locate = locator(join(folder, "lethe.schema.ts"));
});

/** Where the node behind a mark begins. */
function placeOf(mark: string): { file: string; line: number; column: number } {
  for (const [file, text] of [
    ["lethe.schema.ts", MAIN],
    ["shared.ts", SHARED],
  ] as const) {
    const at = text.indexOf(`/*${mark}*/ `);
    if (at < 0) continue;
    const before = text.slice(0, at + mark.length + 5).split("\n");
    return { file: join(folder, file), line: before.length, column: (before.at(-1) ?? "").length + 1 };
  }
  throw new Error(`no mark ${mark}`);
}

describe("a path of the model", () => {
  test.each<[AnnotationPath, string]>([
    [["lifecycle", "strategies", 1], "second"],
    [["tables"], "tables"],
    [["tables", "comments"], "comments"],
    [["tables", "comments", "rules", 0, "owner"], "comments.owner"],
    [["tables", "comments", "rules", 0, "owner", "column"], "comments.owner"],
    [["tables", "edits", "rules", 0], "edits"],
    [["tables", "edits", "rules", 0, "owner", "table"], "via"],
    [["tables", "edits", "columns", "e-Mail"], "computed"],
    [["tables", "messages", "columns", "body", "value"], "replaced"],
    [["tables", "messages", "columns", "body", "at"], "at"],
    [["tables", "messages", "rules", 1, "owner"], "rule"],
    [["tables", "homes", "rules", 0, "columns", "title"], "otherwise"],
    [["tables", "named", "rules", 0, "when"], "when"],
    [["tables", "a_tags"], "decision"],
    [["tables", "likes"], "decision"],
    [["tables", "a_tags", "rules", 0, "owner"], "group.owner"],
    [["tables", "b_tags"], "open"],
    [["tables", "group(*_tags, likes)", "patterns"], "patterns"],
    [["tables", "group(*_tags, likes)", "patterns", 1], "likes"],
    [["tables", "group(*_tags, likes)", "tables", 0], "listed"],
    [["tables", "group(*_tags, likes)", "decision", "owner"], "group.owner"],
    [["tables", "users", "key"], "key"],
    [["tables", "users", "columns", "id"], "id"],
    [["tables", "users", "columns", "name"], "name"],
    [["tables", "spread"], "spread"],
    [["tables", "cast"], "cast"],
    [["tables", "cast", "rules", 0, "where"], "where"],
    // What isn't there is placed at the nearest thing that is.
    [["tables", "edits", "rules", 0, "where"], "edits"],
    [["tables", "members_tokens", "rules", 0, "owner"], "preset"],
  ])("%j is at /*%s*/", (path, mark) => {
    const { file, line, column } = locate(path);
    expect({ file, line, column }).toEqual(placeOf(mark));
  });

  test("a key can be asked for instead of its value", () => {
    const value = locate(["tables", "edits"]);
    const key = locate(["tables", "edits"], "key");
    expect(key.line).toBe(value.line);
    expect(MAIN.split("\n")[key.line - 1]?.slice(key.column - 1)).toMatch(/^"edits"/);
    expect(key.text).toBe(MAIN.split("\n")[key.line - 1]);
  });

  test("of a group's table the key is where it is listed", () => {
    const { file, line, column } = locate(["tables", "a_tags"], "key");
    expect({ file, line, column }).toEqual(placeOf("listed"));
  });

  test("names that stand for each other don't hang", () => {
    expect(locate(["tables", "round", "columns", "x"]).text).toContain("round: all.round");
  });
});

test("a file without an annotation still has a position", () => {
  const file = join(folder, "empty.ts");
  writeFileSync(file, "");
  expect(locator(file)(["tables"])).toEqual({ file, line: 1, column: 1, text: "" });
});
