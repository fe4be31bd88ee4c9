import type { Comparison } from "../comparison.ts";
import { erase } from "./a-erase.ts";
import { byStored } from "./b-stored.ts";
import { heavy } from "./c-heavy.ts";
import { reads } from "./d-reads.ts";
import { schedule } from "./e-schedule.ts";
import { traffic } from "./f-traffic.ts";
import { claim } from "./g-claim.ts";
import { workers } from "./h-workers.ts";
import { generator } from "./i-generator.ts";

export const comparisons: Comparison[] = [
  erase,
  byStored,
  heavy,
  reads,
  schedule,
  traffic,
  claim,
  workers,
  generator,
];
