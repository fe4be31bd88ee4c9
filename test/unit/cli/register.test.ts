/** `lethe register` as a person and a CI run it. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-register-"));
afterAll(() => rmSync(folder, { recursive: true }));

function register(...args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, DATABASE_URL: "", LETHE_DEBUG: "", NO_COLOR: "1" };
  const config = join(root, "lethe.schema.ts");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "cli/main.ts"), "register", "-c", config, ...args],
    { cwd: folder, env, encoding: "utf8" },
  );
  return { code: status, out: stdout, err: stderr };
}

test("to standard output, without a database; JSON and Markdown say the same tables", () => {
  const page = register();
  const data = register("--format", "json");
  expect([page.code, page.err, data.code, data.err]).toEqual([0, "", 0, ""]);
  const { tables } = JSON.parse(data.out) as { tables: { table: string }[] };
  expect(tables.length).toBeGreaterThan(10);
  for (const { table } of tables) expect(page.out).toContain(`### ${table} (`);
});

test("--check: 1 while the file is missing, 0 once it is written, 1 when it is old", () => {
  const check = () => register("--out", "record.md", "--check");
  expect(check()).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(/^record\.md isn't there; run: lethe register/),
  });
  expect(register("--out", "record.md")).toEqual({ code: 0, out: "wrote record.md\n", err: "" });
  expect(check()).toEqual({ code: 0, out: "", err: "" });
  const path = join(folder, "record.md");
  appendFileSync(path, "more\n");
  const text = readFileSync(path, "utf8");
  expect(check()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^record\.md is not what the annotation says/),
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("--check needs a file; a wrong format is refused", () => {
  expect(register("--check")).toMatchObject({ code: 2, err: expect.stringContaining("name it with --out") });
  expect(register("--format", "pdf").code).toBe(2);
});
