/** Insertions as a unified diff, for `--dry-run`. */
import type { EditedFile } from "./edit.ts";
import { type Insertion, insertAll } from "./text.ts";

const CONTEXT = 2;

interface Line {
  sign: " " | "-" | "+";
  text: string;
  /** Number in the old text. */
  old: number;
}

export function renderDiff({ before, insertions }: EditedFile, name: string): string {
  const lines = diffLines(before, insertions);
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => line.sign !== " "),
  );
  const output = [`--- ${name}`, `+++ ${name}`];
  let inHunk = false;
  for (const [at, line] of lines.entries()) {
    if (near[at] !== true) {
      inHunk = false;
      continue;
    }
    if (!inHunk) output.push(`@@ line ${line.old} @@`);
    inHunk = true;
    output.push(`${line.sign}${line.text}`);
  }
  return output.join("\n");
}

function diffLines(before: string, insertions: Insertion[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const [index, text] of before.split("\n").entries()) {
    const end = start + text.length;
    const from = start;
    const own = insertions
      .filter(({ at }) => at >= from && at <= end)
      .map((each) => ({ ...each, at: each.at - from }));
    start = end + 1;
    const after = insertAll(text, own)
      .split("\n")
      .map((line) => line.replace(/\r$/, ""));
    const old = text.replace(/\r$/, "");
    // Whole lines inserted above leave the line itself as it was.
    const kept = after.lastIndexOf(old);
    const added = (line: string): Line => ({ sign: "+", text: line, old: index + 1 });
    if (kept < 0) lines.push({ sign: "-", text: old, old: index + 1 }, ...after.map(added));
    else
      lines.push(
        ...after.slice(0, kept).map(added),
        { sign: " ", text: old, old: index + 1 },
        ...after.slice(kept + 1).map(added),
      );
  }
  return lines;
}
