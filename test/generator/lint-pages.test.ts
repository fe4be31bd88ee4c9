/** Every finding has a page, and every page a finding. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Waivable, waivable } from "../../generator/plan/lints/waivable.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = readdirSync(join(root, "docs/lints")).filter((name) => name !== "README.md");

function codesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(join(root, folder, name), "utf8").matchAll(/"(L\d{3})"/g)])
    .map((match) => match[1] as string);
}

const codes = [...new Set([...codesIn("generator"), ...codesIn("cli"), ...codesIn("worker/effects")])].sort();

test("every code has a page, and every page a code", () => {
  expect(codes.length).toBeGreaterThan(30);
  expect(pages.sort()).toEqual(codes.map((code) => `${code}.md`));
});

test("every page says what, why and how, and the list of pages names it", () => {
  const list = readFileSync(join(root, "docs/lints/README.md"), "utf8");
  for (const page of pages) {
    const text = readFileSync(join(root, "docs/lints", page), "utf8");
    const [heading = ""] = text.split("\n");
    const code = page.replace(".md", "");
    expect(heading).toMatch(new RegExp(`^# ${code}: \\S`));
    expect(text, page).toContain("**Why it matters.**");
    expect(text, page).toContain("**How to fix it.**");
    expect(list).toContain(`| [${code}](${page}) | ${heading.slice(`# ${code}: `.length)} |`);
  }
});

test("every code says whether it may be accepted, and the list of pages names those that may", () => {
  expect(Object.keys(waivable).sort()).toEqual(codes);
  const list = readFileSync(join(root, "docs/lints/README.md"), "utf8");
  const links = (wanted: (said: Waivable) => boolean) =>
    codes
      .filter((code) => wanted(waivable[code] as Waivable))
      .map((code) => `[${code}](${code}.md)`)
      .join(", ");
  expect(list.replace(/\s+/g, " ")).toContain(`accepted: ${links((said) => said === true)};`);
  expect(list.replace(/\s+/g, " ")).toContain(`only: ${links((said) => typeof said === "object")}.`);
});

test("every code is shown by a case with its place and its text", () => {
  const shown = ["test/generator/annotation-errors/cases", "test/database/drift/cases"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => name.endsWith("expected.txt"))
    .map((name) => readFileSync(join(root, name), "utf8"))
    .join("\n");
  expect(codes.filter((code) => !new RegExp(`:\\d+:\\d+ +${code} `).test(shown))).toEqual([]);
});
