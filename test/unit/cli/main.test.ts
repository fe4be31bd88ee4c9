/** The command itself, as a process: what it prints goes where it should, and it ends with its exit code. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-main-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "empty.schema.ts"), "export {};\n");

const main = (...args: string[]) => {
  const env = { ...process.env, DATABASE_URL: "", LETHE_DEBUG: "", NO_COLOR: "1" };
  const command = [join(root, "cli/main.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    env,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
};

test("0 where all is well", () => {
  expect(main("check")).toEqual({ code: 0, out: "lethe.schema.ts: no findings\n", err: "" });
});

test("1 for findings", () => {
  const { code, out, err } = main("check", "-c", join(folder, "empty.schema.ts"));
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(/\n1 error\n$/);
});

test("2 for usage, by the command's own parser and by Lethe", () => {
  expect(main("bogus")).toMatchObject({ code: 2, out: "", err: expect.stringContaining("unknown command") });
  expect(main("sync")).toMatchObject({ code: 2, out: "", err: expect.stringContaining("set DATABASE_URL") });
});

test("who reads no further doesn't see a stack trace", () => {
  const line = `"$0" "$1" generate -o - | head -c 1`;
  const { stdout, stderr } = spawnSync("sh", ["-c", line, process.execPath, join(root, "cli/main.ts")], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^.$/), stderr: "" });
});
