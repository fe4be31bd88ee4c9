/** `npm run bench` runs: the harness is sound, every side erases everything. What is fast, no test can say. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Figure } from "../../bench/comparison.ts";

const main = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));

test("the quick bench compares erasing and scheduling", { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "lethe-bench-"));
  try {
    const out = join(folder, "result.json");
    const args = ["--quick", "--only", "a,e", "--case", "sign-in tables only, anonymize", "--out", out];
    execFileSync(process.execPath, [main, ...args], { stdio: "pipe" });
    const result: { comparisons: { letter: string; figures: Figure[] }[] } = JSON.parse(
      readFileSync(out, "utf8"),
    );

    const figures = result.comparisons.flatMap((each) => each.figures);
    expect(result.comparisons.map((each) => each.letter)).toEqual(["a", "e"]);
    expect(new Set(figures.map((each) => each.against))).toEqual(
      new Set([
        "by hand",
        "by hand, with requests and events",
        "application code",
        "application code, ORM",
        "by hand, one plpgsql call",
        "by hand, one statement",
      ]),
    );
    expect(figures.filter((each) => !(each.value > 0) || !((each.rival ?? 0) > 0))).toEqual([]);
    // Exact: eight round trips a person by hand-written code, in one transaction, against one a batch.
    const trips = figures.find(
      (each) => each.figure.startsWith("round trips") && each.against === "application code",
    );
    expect(trips?.rival).toBe(8);
    expect(trips?.value).toBeLessThan(0.2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
