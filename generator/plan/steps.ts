/** The application's own steps, with the options and strategies that they hold for. */
import type { Annotation, Step, Strategy } from "../annotation/model.ts";
import type { OptionTest } from "./model.ts";

export interface StepPlan {
  name: string;
  at: Step["at"];
  why: string;
  run: string;
  /** An expression over the subject's row `t`, looked at before anything is erased. */
  capture: string | null;
  /** Of the allowed ones; all of them where nothing is said. */
  strategies: Strategy[];
  option: OptionTest | null;
}

/** In the order in which the annotation names them. */
export function planSteps({ steps, lifecycle }: Annotation): StepPlan[] {
  return Object.entries(steps).map(([name, step]) => ({
    name,
    at: step.at,
    why: step.why,
    run: step.run,
    capture: step.capture ?? null,
    strategies: lifecycle.strategies.filter((each) => step.strategies?.includes(each) ?? true),
    option:
      step.when !== undefined
        ? { option: step.when, is: true }
        : step.unless !== undefined
          ? { option: step.unless, is: false }
          : null,
  }));
}
