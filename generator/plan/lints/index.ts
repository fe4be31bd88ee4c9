/** Every check of a plan against its catalog, in the order of their numbers. One lint, one file. */
import type { PlanContext } from "../context.ts";
import type { Plan } from "../model.ts";

/** Looks at the plan and reports into the context. */
export type Lint = (plan: Plan, context: PlanContext) => void;

export const lints: readonly Lint[] = [];
