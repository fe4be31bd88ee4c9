/** From the two files to a plan: what `check` and `generate` share. Offline. */
import { type OpenedAnnotation, openAnnotation } from "./annotation/load.ts";
import { findTodos } from "./annotation/schema.ts";
import { readCatalogFile } from "./catalog/snapshot.ts";
import type { Plan } from "./plan/model.ts";
import { plan } from "./plan/plan.ts";

export interface PipelineFiles {
  /** The annotation file. */
  config: string;
  /** The catalog snapshot. */
  catalog: string;
}

export interface Inspected extends OpenedAnnotation {
  /** Null while there are errors. Open decisions don't prevent it: whoever emits asks for them. */
  plan: Plan | null;
}

/**
 * Every finding about the annotation: its shape, or, once that is right, what the catalog says against it and the
 * decisions that are still open (L007, level "error").
 * @throws UsageError where a file is missing or the snapshot can't be read
 */
export async function inspect({ config, catalog }: PipelineFiles): Promise<Inspected> {
  const opened = await openAnnotation(config);
  if (opened.annotation === null) return { ...opened, plan: null };
  const planned = plan(opened.annotation, readCatalogFile(catalog));
  const findings = [...opened.findings, ...findTodos(opened.annotation), ...planned.findings];
  return { ...opened, findings, plan: planned.plan };
}
