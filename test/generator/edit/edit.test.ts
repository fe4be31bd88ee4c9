/**
 * What `lethe sync` does to an annotation. Each case is a folder: the files before, what has changed in the catalog
 * (columns by table, null for what is gone), and the files and the report expected after.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderDiff } from "../../../generator/annotation/edit/diff.ts";
import { type Edited, editAnnotation } from "../../../generator/annotation/edit/edit.ts";
import { reloadAnnotation } from "../../../generator/annotation/edit/reload.ts";
import { writeEdited } from "../../../generator/annotation/edit/write.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { catalog, table } from "../plan/catalog-builder.ts";
import { applicationFolder } from "./package.ts";

const cases = fileURLToPath(new URL("cases", import.meta.url));
const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const BASE: Record<string, Record<string, string>> = {
  users: {
    id: "uuid pk",
    email: "text not null unique",
    name: "text",
    hashed_password: "text",
    created_at: "timestamp with time zone",
  },
  sessions: { id: "uuid pk", user_id: "uuid not null index -> users", token: "text" },
  comments: {
    id: "uuid pk",
    author_id: "uuid not null index -> users",
    body: "text",
    created_at: "timestamp with time zone",
  },
  prices: { id: "integer pk", cents: "integer not null" },
};

function changed(change: Record<string, Record<string, string | null> | null>): Catalog {
  const names = [...new Set([...Object.keys(BASE), ...Object.keys(change)])].filter(
    (name) => change[name] !== null,
  );
  return catalog(
    names.map((name) => {
      const columns = Object.entries({ ...BASE[name], ...change[name] });
      return table(
        name,
        Object.fromEntries(columns.filter((entry): entry is [string, string] => entry[1] !== null)),
      );
    }),
  );
}

describe.each(readdirSync(cases))("%s", (name) => {
  const before = join(cases, name, "before");
  const own = join(folder, name);
  const config = join(own, "lethe.schema.ts");
  let snapshot: Catalog;
  let edited: Edited;
  let done: boolean | null = null;

  beforeAll(async () => {
    cpSync(before, own, { recursive: true });
    snapshot = changed(JSON.parse(readFileSync(join(cases, name, "change.json"), "utf8")));
    const annotation = await reloadAnnotation(config);
    if (annotation === null) throw new Error(`${name}/before is no right annotation`);
    edited = editAnnotation(config, annotation, snapshot);
    if (edited.byHand.length === 0) done = await writeEdited(config, edited);
  }, 60_000);

  test("gives the expected files", async () => {
    for (const file of filesIn(before)) {
      const now = readFileSync(join(own, file), "utf8");
      const then = readFileSync(join(before, file), "utf8");
      // Nothing of the author's is gone or moved: what was there is there still, in order.
      expect(isContained(then, now)).toBe(true);
      if (now === then) expect(existsSync(join(cases, name, "after", file))).toBe(false);
      else await expect(now).toMatchFileSnapshot(join(cases, name, "after", file));
    }
  });

  test("reports what it did", async () => {
    const lines = [
      ...edited.additions.map(({ subject, question }) => `new ${subject}: ${question}`),
      ...edited.vanished.map(({ subject, what }) => `gone ${subject} (${what})`),
      ...edited.byHand.map(({ path, text, reason }) => `by hand ${path.join(".")} (${reason}): ${text}`),
      `written: ${done}`,
      ...edited.files.map((file) => renderDiff(file, relative(own, file.file))),
    ];
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(join(cases, name, "report.txt"));
  });

  test("says what was meant, and has nothing to add the second time", async () => {
    const annotation = await reloadAnnotation(config);
    if (annotation === null) throw new Error("the edited files don't load");
    if (done !== true) return expect(filesIn(own).every((file) => sameAs(before, own, file))).toBe(true);
    expect(annotation).toEqual(edited.expected);
    expect(editAnnotation(config, annotation, snapshot)).toMatchObject({
      additions: [],
      files: [],
      byHand: [],
    });
  });
});

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
}

function sameAs(before: string, now: string, file: string): boolean {
  return readFileSync(join(before, file), "utf8") === readFileSync(join(now, file), "utf8");
}

/** Whether `text` becomes `longer` by insertions alone. */
function isContained(text: string, longer: string): boolean {
  let at = 0;
  for (const character of longer) if (character === text[at]) at++;
  return at === text.length;
}
