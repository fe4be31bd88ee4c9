/**
 * Wrong annotations as data: a directory for each, with the text a person gets. UPDATE_EXPECTED=1 rewrites the texts;
 * read them before committing.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const cases = fileURLToPath(new URL("cases", import.meta.url));
const names = readdirSync(cases, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe("a wrong annotation", () => {
  let texts: Record<string, string> = {};
  beforeAll(() => {
    const script = fileURLToPath(new URL("run-cases.ts", import.meta.url));
    texts = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as Record<
      string,
      string
    >;
  }, 60_000);

  test.each(names)("%s", (name) => {
    const text = texts[name];
    const file = join(cases, name, "expected.txt");
    if (process.env.UPDATE_EXPECTED === "1" && text !== undefined) writeFileSync(file, text);
    expect(existsSync(file), `${name} has no expected.txt: run once with UPDATE_EXPECTED=1`).toBe(true);
    expect(text).toBe(readFileSync(file, "utf8"));
    // No case may be right, and none may end in a stack trace.
    expect(text).not.toBe("no findings\n");
    expect(text).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });
});
