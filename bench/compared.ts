/** A figure out of two sides' rounds. */
import type { Figure } from "./comparison.ts";
import { median, ratios } from "./measure.ts";

export function compared(
  about: Pick<Figure, "case" | "against" | "goal">,
  figure: string,
  ours: number[],
  theirs: number[],
): Figure {
  const { goal, ...rest } = about;
  return {
    ...rest,
    figure,
    value: median(ours),
    rival: median(theirs),
    ratio: ratios(ours, theirs),
    ...(goal === undefined ? {} : { goal }),
  };
}
