/** Reads an annotation file: imports it natively for its value, checks it, and knows where every part of it stands. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Finding, FindingsError, UsageError } from "../errors.ts";
import { explainImportFailure, missingExport } from "./load-failure.ts";
import { type Locate, locator } from "./locate.ts";
import type { Annotation } from "./model.ts";
import { renderFindings } from "./render.ts";
import { validateAnnotation } from "./schema.ts";

export interface OpenedAnnotation {
  /** Null where an error was found. */
  annotation: Annotation | null;
  findings: Finding[];
  locate: Locate;
}

let loads = 0;

/** The annotation, or everything that is wrong with the file. @throws UsageError where there is no such file */
export async function openAnnotation(file: string): Promise<OpenedAnnotation> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new UsageError(
      `there is no annotation file ${file}`,
      "name it with --config, or create lethe.schema.ts",
    );
  }
  let module: { default?: unknown };
  try {
    // The number makes Node read a changed file again.
    module = (await import(`${pathToFileURL(path).href}?load=${++loads}`)) as { default?: unknown };
  } catch (error) {
    return failed(explainImportFailure(path, error));
  }
  if (module.default === undefined) return failed(missingExport(path));
  return { ...validateAnnotation(module.default), locate: locator(path) };
}

/** @throws FindingsError with every finding rendered; UsageError where there is no such file */
export async function loadAnnotation(file: string): Promise<{ annotation: Annotation; locate: Locate }> {
  const { annotation, findings, locate } = await openAnnotation(file);
  if (annotation === null) throw new FindingsError(findings, renderFindings(findings, locate));
  return { annotation, locate };
}

function failed({ finding, position }: ReturnType<typeof missingExport>): OpenedAnnotation {
  return { annotation: null, findings: [finding], locate: () => position };
}
