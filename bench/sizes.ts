import type { Sizes } from "./comparison.ts";

export const FULL: Sizes = {
  rounds: 5,
  users: 200_000,
  contentUsers: 50_000,
  stored: [10_000, 100_000, 1_000_000],
  requests: [10_000, 1_000_000],
  tables: [50, 200, 500, 1000],
  due: 2_000,
  batch: 500,
  calls: 1_000,
  heavyRows: 1_000_000,
  seconds: 10,
};

/** Says whether everything runs, and nothing about speed. */
export const QUICK: Sizes = {
  rounds: 1,
  users: 400,
  contentUsers: 400,
  stored: [200, 400],
  requests: [500, 2_000],
  tables: [5, 10],
  due: 50,
  batch: 25,
  calls: 20,
  heavyRows: 60_000,
  seconds: 1,
};
