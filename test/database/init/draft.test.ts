/**
 * `lethe init` on real schemas: each case is a schema and the draft and summary expected of it. Every draft loads
 * through the real loader to exactly what the planner saw, and leaves nothing but questions and a person's errands.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openAnnotation } from "../../../generator/annotation/load.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { draft } from "../../../generator/draft/draft.ts";
import type { Draft } from "../../../generator/draft/model.ts";
import { renderDraft } from "../../../generator/draft/render.ts";
import { renderSummary, summarize } from "../../../generator/draft/summary.ts";
import { toAnnotation } from "../../../generator/draft/to-annotation.ts";
import { inspect } from "../../../generator/pipeline.ts";
import { createDatabase } from "../../support/database.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const cases = fileURLToPath(new URL("cases", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-init-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SUBJECTS: Record<string, string> = { odd: "My App.User Accounts" };
/** What a person has to do before `check` is content: indexes, triggers. */
const ERRANDS = ["L007", "L024", "L025"];

describe.each(readdirSync(cases))("%s", (name) => {
  let catalog: Catalog;
  let made: Draft;
  const config = join(folder, `${name}.ts`);

  beforeAll(async () => {
    const db = await createDatabase("empty", inject("adminUrl"));
    await db.sql.unsafe(schemaOf(name));
    catalog = await readCatalog(db.sql);
    await db.drop();
    made = draft(catalog, SUBJECTS[name] ?? "users");
    writeFileSync(config, renderDraft(made, { from: join(root, "generator/index.ts") }));
    writeFileSync(join(folder, `${name}.json`), serializeCatalog(catalog));
  });

  test("gives the expected file and summary", async () => {
    await expect(renderDraft(made)).toMatchFileSnapshot(join(cases, name, "expected.ts"));
    await expect(`${renderSummary(summarize(made))}\n`).toMatchFileSnapshot(join(cases, name, "summary.txt"));
  });

  test("loads to what the planner saw", async () => {
    const opened = await openAnnotation(config);
    expect(opened.findings).toEqual([]);
    expect(opened.annotation).toEqual(toAnnotation(made));
  });

  test("leaves only questions and errands", async () => {
    const { findings } = await inspect({ config, catalog: join(folder, `${name}.json`) });
    const unexpected = findings.filter((finding) => !ERRANDS.includes(finding.code));
    expect(unexpected).toEqual([]);
    const open = summarize(made).open.length;
    expect(findings.filter((finding) => finding.code === "L007")).toHaveLength(open);
  });

  test("names every table exactly once, partitions with their parent", () => {
    const named = [made.subject.table, ...made.tables.map((table) => table.table), ...made.unreached];
    const whole = catalog.tables.filter((table) => table.partitionOf === null).map((table) => table.name);
    expect(named.toSorted()).toEqual(whole.toSorted());
  });
});

/** The reference application's schema is its first migration. */
function schemaOf(name: string): string {
  const own = join(cases, name, "schema.sql");
  return readFileSync(
    existsSync(own) ? own : join(root, "migrations/committed/000001-reference-application.sql"),
    "utf8",
  );
}
