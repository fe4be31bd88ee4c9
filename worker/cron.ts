/** The sweep of each minute: what makes every other way of waking the worker a matter of speed only. And what is done each day. */
import type { CronItem } from "graphile-worker";
import { DEFAULT_SCHEMA, driftName, plainName, purgeName, residueName, sweepName } from "./context.ts";

/**
 * Cron items for graphile-worker: `parsedCronItems: parseCronItems([...mine, ...letheCronItems()])`.
 *
 * The job has a key, so that failed sweeps don't pile up: graphile-worker replaces the one that waits. It never waits
 * for one that is locked, by a running worker or one that crashed: it makes a second job instead, and two sweeps at a
 * time skip what the other has claimed.
 */
export function letheCronItems({ schema = DEFAULT_SCHEMA }: { schema?: string } = {}): CronItem[] {
  const name = plainName(schema);
  const [sweep, drift, purge] = [sweepName(name), driftName(name), purgeName(name)];
  const residue = residueName(name);
  return [
    // A key of its own: graphile-worker's cron goes by this machine's clock, and one that is ahead would put off a sweep
    // that is to run now.
    { task: sweep, match: "* * * * *", identifier: sweep, options: { jobKey: `${sweep}:cron` } },
    // At four in the morning UTC, or when a worker comes back that wasn't there then.
    { task: drift, match: "0 4 * * *", identifier: drift, options: { jobKey: drift, backfillPeriod: DAY } },
    { task: purge, match: "30 3 * * *", identifier: purge, options: { jobKey: purge, backfillPeriod: DAY } },
    {
      task: residue,
      match: "0 5 * * *",
      identifier: residue,
      options: { jobKey: residue, backfillPeriod: DAY },
    },
  ];
}

/** In milliseconds. */
const DAY = 86_400_000;
