import type { Comparison } from "../comparison.ts";
import { erase } from "./a-erase.ts";
import { schedule } from "./e-schedule.ts";

export const comparisons: Comparison[] = [erase, schedule];
