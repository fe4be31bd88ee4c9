/** `lethe register` as a person and a CI run it. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { lethe } from "../../support/cli.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-register-"));
afterAll(() => rmSync(folder, { recursive: true }));

const register = (...args: string[]) =>
  lethe(folder, ["register", "-c", join(root, "lethe.schema.ts"), ...args]);

test("to standard output, without a database; JSON and Markdown say the same tables", async () => {
  const page = await register();
  const data = await register("--format", "json");
  expect([page.code, page.err, data.code, data.err]).toEqual([0, "", 0, ""]);
  const { tables } = JSON.parse(data.out) as { tables: { table: string }[] };
  expect(tables.length).toBeGreaterThan(10);
  for (const { table } of tables) expect(page.out).toContain(`### ${table} (`);
});

test("--check: 1 while the file is missing, 0 once it is written, 1 when it is old", async () => {
  const check = () => register("--out", "record.md", "--check");
  expect(await check()).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(/^record\.md isn't there; run: lethe register/),
  });
  expect(await register("--out", "record.md")).toEqual({ code: 0, out: "wrote record.md\n", err: "" });
  expect(await check()).toEqual({ code: 0, out: "", err: "" });
  const path = join(folder, "record.md");
  appendFileSync(path, "more\n");
  const text = readFileSync(path, "utf8");
  expect(await check()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^record\.md is not what the annotation says/),
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("--check needs a file; a wrong format is refused", async () => {
  expect(await register("--check")).toMatchObject({
    code: 2,
    err: expect.stringContaining("name it with --out"),
  });
  expect((await register("--format", "pdf")).code).toBe(2);
});
