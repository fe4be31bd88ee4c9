/** Checks the value of an annotation file and brings it into the planner's form. Every finding at once. */
import type { Finding } from "../errors.ts";
import { contextFindings } from "./context.ts";
import type { ErasureInput } from "./input.ts";
import { findingsOf } from "./issues.ts";
import type { Annotation } from "./model.ts";
import { normalise } from "./normalise.ts";
import { erasureShape } from "./shapes.ts";

export { findTodos } from "./todos.ts";

/** The annotation, or what is wrong with it. */
export function validateAnnotation(value: unknown): { annotation: Annotation | null; findings: Finding[] } {
  const shape = erasureShape.safeParse(value).error?.issues ?? [];
  const findings = [...shape.flatMap((issue) => findingsOf(issue, value)), ...contextFindings(value)];
  // The shape has been checked to be what the input types say.
  return { annotation: findings.length === 0 ? normalise(value as ErasureInput) : null, findings };
}
