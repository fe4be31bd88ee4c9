/** Links between the pages lead somewhere, down to the heading. */
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { anchorsOf, linksOf, pages, root } from "./blocks.ts";

/** What is wrong with a link; null where it leads somewhere. */
function problem(page: string, link: string): string | null {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined) return null;
  return anchorsOf(target).includes(anchor) ? null : `${link}: ${target} has no such heading`;
}

test.each(pages())("%s", (page) => {
  expect(linksOf(page).flatMap((link) => problem(page, link) ?? [])).toEqual([]);
});

test("every page can be reached from the index", () => {
  const linked = linksOf("docs/README.md").map((link) => normalize(join("docs", link)));
  const listedElsewhere = /^docs\/(lints\/L\d|decisions\/)/;
  const others = pages().filter((page) => page.startsWith("docs/") && !listedElsewhere.test(page));
  expect(others.filter((page) => page !== "docs/README.md" && !linked.includes(page))).toEqual([]);
});

test("links are found, and broken ones told", () => {
  expect(linksOf("docs/README.md").length).toBeGreaterThan(5);
  expect(problem("docs/README.md", "annotation.md#owners")).toBeNull();
  expect(problem("docs/README.md", "annotation.md#nobody")).toContain("no such heading");
  expect(problem("docs/README.md", "nothing.md")).toContain("there is no docs/nothing.md");
});
