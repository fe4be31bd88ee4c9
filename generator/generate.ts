/** The whole generator as one function: two files in, one migration out, nothing else touched. */
import { renderFindings } from "./annotation/render.ts";
import { emit, emitAhead } from "./emit/emit.ts";
import { FindingsError } from "./errors.ts";
import { inspect, type PipelineFiles } from "./pipeline.ts";

export interface Generated {
  /** The migration. */
  sql: string;
  /** Findings that don't prevent it, as text; empty where there are none. */
  warnings: string;
  /** What may be run ahead of it, without a transaction, where the subject table is large. */
  ahead: string;
  /** The SQL schema that it fills, "lethe" unless the annotation says otherwise. */
  schema: string;
}

/** @throws FindingsError while an error or an open decision is left; UsageError where a file is missing */
export async function generate(files: PipelineFiles): Promise<Generated> {
  const { annotation, plan, findings, locate } = await inspect(files);
  // What somebody has accepted is `check`'s to tell.
  const rendered = renderFindings(
    findings.filter((finding) => finding.level !== "accepted"),
    locate,
  );
  const failed = findings.some((finding) => finding.level === "error");
  if (annotation === null || plan === null || failed) throw new FindingsError(findings, rendered);
  return { sql: emit(plan), ahead: emitAhead(plan), warnings: rendered, schema: annotation.schema };
}
