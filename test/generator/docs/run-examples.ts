/**
 * Loads the annotation files of a folder as production does, natively, and prints what is found wrong, by file, as
 * JSON. A process of its own: a test runner's loader would stand in between.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openAnnotation } from "../../../generator/annotation/load.ts";
import { renderFindings } from "../../../generator/annotation/render.ts";

const [folder = "."] = process.argv.slice(2);
const texts: Record<string, string> = {};
for (const name of readdirSync(folder).filter((each) => each.endsWith(".schema.ts"))) {
  const { findings, locate } = await openAnnotation(join(folder, name));
  texts[name] = findings.length === 0 ? "" : renderFindings(findings, locate, { color: false, cwd: folder });
}
process.stdout.write(JSON.stringify(texts));
