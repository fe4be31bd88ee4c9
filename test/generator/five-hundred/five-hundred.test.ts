/** An annotation for 500 tables stays readable: under two lines a table that matters, in a person's file and in a draft. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { editAnnotation } from "../../../generator/annotation/edit/edit.ts";
import { reloadAnnotation } from "../../../generator/annotation/edit/reload.ts";
import { writeEdited } from "../../../generator/annotation/edit/write.ts";
import type { Annotation } from "../../../generator/annotation/model.ts";
import { findTodos } from "../../../generator/annotation/schema.ts";
import { draft } from "../../../generator/draft/draft.ts";
import { renderDraft } from "../../../generator/draft/render.ts";
import { toAnnotation } from "../../../generator/draft/to-annotation.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { applicationFolder, root } from "../edit/package.ts";
import { catalog } from "../plan/catalog-builder.ts";
import { fiveHundred } from "./schema.ts";

const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, "lethe.schema.ts");
const snapshot = fiveHundred();
let annotation: Annotation;

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "").length;
async function loaded(file: string): Promise<Annotation> {
  const found = await reloadAnnotation(file);
  if (found === null) throw new Error(`${file} is no right annotation`);
  return found;
}

beforeAll(async () => {
  cpSync(join(root, "test/generator/five-hundred/lethe.schema.ts"), config);
  writeFileSync(config, readFileSync(config, "utf8").replace("../../../generator/index.ts", "pg-lethe"));
  const first = await loaded(config);
  // Written by a person without the lists, which `lethe sync` fills in once.
  expect(await writeEdited(config, editAnnotation(config, first, snapshot))).toBe(true);
  annotation = await loaded(config);
}, 60_000);

test("a person's file", () => {
  expect(snapshot.tables).toHaveLength(500);
  expect(plan(annotation, snapshot).findings).toEqual([]);
  expect(findTodos(annotation)).toEqual([]);
  const text = readFileSync(config, "utf8");
  const matter = Object.values(annotation.tables).filter(({ class: said }) => said !== "unrelated").length;
  console.info(`${linesOf(text)} lines for ${matter} tables that matter`);
  expect(matter).toBeGreaterThan(190);
  expect(linesOf(text) / matter).toBeLessThan(2);
  for (const line of text.split("\n")) expect(line.length).toBeLessThan(130);
});

test("a new table of a kind that is known is one line to decide", async () => {
  const like = snapshot.tables.find((each) => each.name === "public.book_likes");
  if (like === undefined) throw new Error("a wrong test");
  const more = catalog([...snapshot.tables, { ...like, name: "public.radio_likes", table: "radio_likes" }]);
  const { findings } = plan(annotation, more);
  expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(["L063 public.radio_likes"]);
  const { files, byHand } = editAnnotation(config, annotation, more);
  expect(byHand).toEqual([]);
  const [edited] = files;
  const added = edited?.after.split("\n").filter((line) => !edited.before.includes(line));
  expect(added?.filter((line) => !line.startsWith("import") && line !== "  todo,")).toEqual([
    '      todo("radio_likes"),',
  ]);
});

test("a draft of `lethe init`", async () => {
  const made = draft(snapshot, "users");
  const file = join(folder, "draft.schema.ts");
  const text = renderDraft(made);
  writeFileSync(file, text);
  const drafted = await loaded(file);
  const matter = made.tables.length + 1;
  console.info(`${linesOf(text)} lines of draft for ${matter} tables that matter`);
  expect(linesOf(text) / matter).toBeLessThan(2);
  expect(drafted).toEqual(toAnnotation(made));
  expect(Object.keys(drafted.groups).length).toBeGreaterThan(5);
  // What is left are questions: nothing that the planner refuses, and nothing that a pattern would take unseen.
  expect(plan(drafted, snapshot).findings.filter(({ level }) => level === "error")).toEqual([]);
  expect(findTodos(drafted).length).toBeLessThan(10);
});
