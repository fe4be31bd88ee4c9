/** The sweep of each minute: what makes every other way of waking the worker a matter of speed only. */
import type { CronItem } from "graphile-worker";
import { DEFAULT_SCHEMA, plainName, sweepName } from "./context.ts";

/**
 * Cron items for graphile-worker: `parsedCronItems: parseCronItems([...mine, ...letheCronItems()])`.
 *
 * The job has a key, so that failed sweeps don't pile up: graphile-worker replaces the one that waits. It never waits
 * for one that is locked, by a running worker or one that crashed: it makes a second job instead, and two sweeps at a
 * time skip what the other has claimed.
 */
export function letheCronItems({ schema = DEFAULT_SCHEMA }: { schema?: string } = {}): CronItem[] {
  const name = sweepName(plainName(schema));
  return [{ task: name, match: "* * * * *", identifier: name, options: { jobKey: name } }];
}
