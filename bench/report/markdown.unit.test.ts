import { expect, test } from "vitest";
import type { Figure } from "../comparison.ts";
import { FULL } from "../sizes.ts";
import { allTables, withMainTable } from "./markdown.ts";
import type { Result } from "./result.ts";

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 });
const figures: Figure[] = [
  {
    case: "few",
    figure: "people/s",
    value: 500,
    against: "by hand",
    rival: 1000,
    ratio: spread(0.5),
    goal: { atLeast: 0.87 },
  },
  {
    case: "few",
    figure: "WAL",
    value: 110,
    against: "by hand",
    rival: 100,
    ratio: spread(1.1),
    goal: { atMost: 1.1 },
  },
  { case: "aside", figure: "people/s", value: 1, ratio: spread(1), goal: { atLeast: 1 }, aside: true },
  { case: "few", figure: "buffers", value: 3 },
  { case: "alone", figure: "ms", value: 1200, goal: { atMost: 1000 } },
];
const result: Result = {
  date: "2026-01-02",
  commit: "abc",
  cpus: 2,
  memoryGb: 8,
  node: "24.0.0",
  postgres: "18.4",
  commitMs: 0.5,
  command: "npm run bench",
  sizes: FULL,
  comparisons: [{ letter: "a", title: "erasing", figures }],
};
const page =
  "before\n<!-- benchmark: written by `npm run docs` from bench/results/ -->\nold\n<!-- /benchmark -->\nafter\n";

test("the main table has what has a goal, and says what was missed", () => {
  const text = withMainTable(page, [result]);
  expect(text).toContain(
    "| erasing: few | people/s | 500 | by hand | 1,000 | 0.50 (0.25 to 1.00) | ≥ 0.87 | **missed** |",
  );
  expect(text).toContain("| erasing: few | WAL | 110 | by hand | 100 | 1.10 (0.55 to 2.20) | ≤ 1.1 | met |");
  expect(text).toContain("| erasing: alone | ms | 1,200 |  |  |  | ≤ 1000 | **missed** |");
  expect(text).toContain("- Where a goal is missed in erasing: By hand erases and does nothing else.");
  expect(text).not.toContain("aside");
  expect(text).not.toContain("buffers");
  expect(text).not.toContain("old");
  expect(text.startsWith("before\n")).toBe(true);
  expect(text.endsWith("<!-- /benchmark -->\nafter\n")).toBe(true);
});

test("with the data in memory is for the page alone", () => {
  const memory = { ...result, command: "TMPDIR=/dev/shm npm run bench" };
  expect(withMainTable(page, [memory])).not.toContain("erasing");
  expect(allTables([memory])).toContain("erasing");
});

test("written again, it is the same", () => {
  const once = withMainTable(page, [result]);
  expect(withMainTable(once, [result])).toBe(once);
});

test("a text without a place for it is an error", () => {
  expect(() => withMainTable("no marks", [result])).toThrow("no place");
});

test("the page has every figure, by case", () => {
  const text = allTables([result]);
  expect(text.match(/^### .*/gm)).toEqual(["### few", "### aside", "### alone"]);
  expect(text).toContain("| buffers | 3.00 |");
});
