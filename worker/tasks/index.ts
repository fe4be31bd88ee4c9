/** The tasks as graphile-worker takes them. */
import type { TaskList } from "graphile-worker";
import {
  contextOf,
  deliverName,
  drainName,
  driftName,
  type LetheTaskOptions,
  purgeName,
  residueName,
  sweepName,
} from "../context.ts";
import { deliverTask } from "./deliver.ts";
import { drainTask } from "./drain.ts";
import { driftTask } from "./drift.ts";
import { purgeTask } from "./purge.ts";
import { residueTask } from "./residue.ts";
import { sweepTask } from "./sweep.ts";

/**
 * Lethe's tasks, for teams that already run graphile-worker: `run({ taskList: { ...mine, ...letheTasks() } })`.
 * Named for the schema: `lethe_sweep` executes what is due, `lethe_drain` finishes people with very many rows,
 * `lethe_drift` looks each day whether the database is still the one that the annotation knows,
 * `lethe_purge` deletes each day the rows whose time of retention is over, `lethe_residue` looks each day whether anything
 * was written for people after their erasure. With the option `effects` there is also
 * `lethe_deliver`, which delivers effects.
 *
 * @throws UsageError where an option is out of range
 */
export function letheTasks(options: LetheTaskOptions = {}): TaskList {
  const context = contextOf(options);
  return {
    [sweepName(context.schema)]: sweepTask(context),
    [drainName(context.schema)]: drainTask(context),
    [driftName(context.schema)]: driftTask(context),
    [purgeName(context.schema)]: purgeTask(context),
    [residueName(context.schema)]: residueTask(context),
    ...(context.effects === undefined
      ? {}
      : { [deliverName(context.schema)]: deliverTask(context, context.effects) }),
  };
}
