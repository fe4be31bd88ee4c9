/** What `npm run bench` writes, and what the documentation shows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure, Sizes } from "../comparison.ts";
import type { Machine } from "./machine.ts";

export interface Measurement {
  letter: string;
  title: string;
  figures: Figure[];
}

export interface Result extends Machine {
  /** The command that made it. */
  command: string;
  sizes: Sizes;
  comparisons: Measurement[];
}

/** The committed results of a folder, in the order of their comparisons. */
export function resultsIn(folder: string): Result[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file): Result => JSON.parse(readFileSync(join(folder, file), "utf8")));
}
