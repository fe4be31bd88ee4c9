/**
 * Runs every case through the generator and prints the texts as JSON, by case. A process of its own, started with
 * plain Node: the annotation is imported natively in production, and a test runner's own loader would answer syntax
 * errors and missing modules in other words.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderFindings } from "../../../generator/annotation/render.ts";
import { UsageError } from "../../../generator/errors.ts";
import { inspect } from "../../../generator/pipeline.ts";
import { withEffects } from "../../../worker/effects/check.ts";

const cases = fileURLToPath(new URL("cases", import.meta.url));

async function textOf(folder: string): Promise<string> {
  const own = join(folder, "catalog.json");
  const catalog = existsSync(own) ? own : join(cases, "catalog.json");
  try {
    const inspected = await inspect({ config: join(folder, "lethe.schema.ts"), catalog });
    const effects = join(folder, "lethe.effects.ts");
    const { findings, locate } = existsSync(effects)
      ? await withEffects(inspected, effects, true)
      : inspected;
    return renderFindings(findings, locate, { color: false, cwd: folder }) || "no findings\n";
  } catch (error) {
    if (error instanceof UsageError) return `${error.message}\n  ${error.remedy}\n`;
    throw error;
  }
}

const texts: Record<string, string> = {};
for (const entry of readdirSync(cases, { withFileTypes: true })) {
  if (entry.isDirectory()) texts[entry.name] = await textOf(join(cases, entry.name));
}
process.stdout.write(JSON.stringify(texts));
