/** What was edited is read anew; where it says something else than it should, every file is put back. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type Edited, editAnnotation } from "../../../generator/annotation/edit/edit.ts";
import { reloadAnnotation } from "../../../generator/annotation/edit/reload.ts";
import { writeEdited } from "../../../generator/annotation/edit/write.ts";
import { catalog, table } from "../plan/catalog-builder.ts";
import { applicationFolder } from "./package.ts";

const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, "lethe.schema.ts");
const users = join(folder, "tables/users.ts");
const texts = {
  [config]: `import { defineErasure } from "pg-lethe";
import { users } from "./tables/users.ts";
export default defineErasure({ tables: { users } });
`,
  [users]: `import { keep, subject } from "pg-lethe";
export const users = subject({ key: "id", columns: { id: keep() } });
`,
};
const snapshot = catalog([
  table("users", { id: "uuid pk", email: "text" }),
  table("notes", { id: "uuid pk", user_id: "uuid -> users" }),
]);

async function edited(): Promise<Edited> {
  const annotation = await reloadAnnotation(config);
  if (annotation === null) throw new Error("the annotation doesn't load");
  return editAnnotation(config, annotation, snapshot);
}

const now = () => Object.fromEntries(Object.keys(texts).map((file) => [file, readFileSync(file, "utf8")]));

beforeEach(() => {
  mkdirSync(join(folder, "tables"), { recursive: true });
  for (const [file, text] of Object.entries(texts)) writeFileSync(file, text);
});

test("what says what it should stays, in every file", async () => {
  const good = await edited();
  expect(good.files.map((each) => each.file).toSorted()).toEqual([config, users]);
  expect(await writeEdited(config, good)).toBe(true);
  expect(now()[users]).toContain("email: todo(");
});

test("something else than was meant is put back", async () => {
  const good = await edited();
  const other = { ...good, expected: { ...good.expected, schema: "another" } };
  expect(await writeEdited(config, other)).toBe(false);
  expect(now()).toEqual(texts);
});

test("what doesn't load any more is put back", async () => {
  const good = await edited();
  const broken = { ...good, files: good.files.map((each) => ({ ...each, after: `${each.after} }` })) };
  expect(await writeEdited(config, broken)).toBe(false);
  expect(now()).toEqual(texts);
});

test("what can't be written is put back", async () => {
  const good = await edited();
  const impossible = { file: join(folder, "none/at/all.ts"), before: "", after: "", insertions: [] };
  await expect(writeEdited(config, { ...good, files: [...good.files, impossible] })).rejects.toThrow(
    "ENOENT",
  );
  expect(now()).toEqual(texts);
});
