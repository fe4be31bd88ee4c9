/** One comparison: what it measures is code, what it must reach is data beside it. */

import type { Spread } from "./measure.ts";
import type { BenchServer } from "./server.ts";

export interface Sizes {
  rounds: number;
  /** People stored, for signing in only: enough that those who are due share few pages. */
  users: number;
  /** People stored with posts and events, a hundred rows each. */
  contentUsers: number;
  /** People stored, where cost by size is asked for. */
  stored: number[];
  /** Requests stored, likewise. */
  requests: number[];
  /** Tables of a schema, likewise. */
  tables: number[];
  /** People erased a round and side. */
  due: number;
  /** People a transaction. */
  batch: number;
  /** Calls, where single calls are timed. */
  calls: number;
  /** Rows of the one person with very many. */
  heavyRows: number;
  /** Seconds of ordinary traffic in each slot. */
  seconds: number;
}

export interface Context {
  server: BenchServer;
  sizes: Sizes;
  /** Whether a case was asked for, by a part of its name. */
  wanted(name: string): boolean;
  log(line: string): void;
}

/** The ratio, or where there is nothing to compare with the value itself, must be at least or at most this. */
export type Goal = { atLeast: number } | { atMost: number };

export interface Figure {
  /** What was done, in which shape. */
  case: string;
  /** What was counted, with its unit. */
  figure: string;
  value: number;
  /** What it is compared with. */
  against?: string;
  rival?: number;
  /** value / rival, round by round. */
  ratio?: Spread;
  goal?: Goal;
  /** A variation of another figure: not for the main table. */
  aside?: boolean;
}

export interface Comparison {
  letter: string;
  title: string;
  run(context: Context): Promise<Figure[]>;
}

/** Null where there is no goal. */
export function met({ goal, ratio, value }: Figure): boolean | null {
  if (goal === undefined) return null;
  const judged = ratio?.median ?? value;
  return "atLeast" in goal ? judged >= goal.atLeast : judged <= goal.atMost;
}
