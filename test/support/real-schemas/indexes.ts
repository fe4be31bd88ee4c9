/** The indexes that L025 asks for: its remedy holds the statement, where an index can help. */
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { plan } from "../../../generator/plan/plan.ts";
import type { Erasure } from "../schema-case.ts";

export function missingIndexes(erasure: Erasure, catalog: Catalog): string[] {
  const { annotation } = validateAnnotation(erasure);
  if (annotation === null) throw new Error("the annotation has a wrong shape");
  return plan(annotation, catalog).findings.flatMap((each) =>
    each.code === "L025" ? (/create index .*;/.exec(each.remedy)?.[0] ?? []) : [],
  );
}
