/** The record of processing as text, from the two files. */
import { renderFindings } from "../annotation/render.ts";
import { readCatalogFile } from "../catalog/snapshot.ts";
import { FindingsError } from "../errors.ts";
import { inspect, type PipelineFiles } from "../pipeline.ts";
import { registerMarkdown } from "./markdown.ts";
import { registerOf } from "./register.ts";

/**
 * Open decisions (todo) are part of the record.
 * @throws FindingsError while the annotation has errors; UsageError where a file is missing
 */
export async function recordOf(files: PipelineFiles, format: "md" | "json"): Promise<string> {
  const { annotation, plan, findings, locate } = await inspect(files);
  if (annotation === null || plan === null)
    throw new FindingsError(findings, renderFindings(findings, locate));
  const register = registerOf(annotation, readCatalogFile(files.catalog), plan);
  return format === "md" ? registerMarkdown(register) : `${JSON.stringify(register, null, 2)}\n`;
}
