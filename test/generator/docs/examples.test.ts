/** Every example of the documentation is a right one: TypeScript that compiles, annotations that load, SQL that parses. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "libpg-query";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileOf, isAnnotation } from "./annotations.ts";
import { type Block, blocksOf, pages, root, withRunnableBlocks } from "./blocks.ts";

const blocks = pages().filter(withRunnableBlocks).flatMap(blocksOf);
const nameOf = ({ page, line }: Block) => `${page}:${line}`;
const named = (list: Block[]) => list.map((block) => ({ name: nameOf(block), block }));
const typescript = blocks.filter((block) => block.language === "ts");
const fileName = (block: Block) =>
  `${nameOf(block).replaceAll(/[/:.]/g, "-")}.${isAnnotation(block) ? "schema" : "code"}.ts`;

const folder = mkdtempSync(join(tmpdir(), "lethe-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  for (const block of typescript) writeFileSync(join(folder, fileName(block)), fileOf(block));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      // The sources are named by an absolute path, and a part of a program leaves names unused.
      compilerOptions: { rewriteRelativeImportExtensions: false, noUnusedLocals: false },
      include: ["*.ts"],
      exclude: [],
    }),
  );
});

test("there are examples of every kind", () => {
  expect(typescript.filter((block) => block.page === "docs/annotation.md").length).toBeGreaterThan(10);
  for (const label of ["tables", "columns", "settings"])
    expect(typescript.some((block) => block.label === label)).toBe(true);
  expect(blocks.filter((block) => block.language === "sql").length).toBeGreaterThan(10);
});

test("TypeScript compiles", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 60_000);

describe("annotations load", () => {
  let texts: Record<string, string> = {};
  beforeAll(() => {
    const script = fileURLToPath(new URL("run-examples.ts", import.meta.url));
    texts = JSON.parse(execFileSync(process.execPath, [script, folder], { encoding: "utf8" })) as Record<
      string,
      string
    >;
  }, 60_000);

  test.each(named(typescript.filter(isAnnotation)))("$name", ({ block }) => {
    expect(texts[fileName(block)]).toBe("");
  });
});

describe("SQL parses", () => {
  /** The reference shows signatures: what stands between `create` and the body. */
  const complete = (text: string) => {
    if (/^(function|procedure) /.test(text)) return `create ${text} language sql as ''`;
    return /^view /.test(text) ? `create ${text.trim()} as select` : text;
  };
  test.each(named(blocks.filter((block) => block.language === "sql")))("$name", async ({ block }) => {
    const { stmts } = (await parse(complete(block.text))) as { stmts?: unknown[] };
    expect(stmts?.length).toBeGreaterThan(0);
  });
});
