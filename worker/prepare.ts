/** Before the worker starts: is Lethe there, may this role use it, and what has an earlier worker left behind? */
import { makeWorkerUtils, type WorkerUtils } from "graphile-worker";
import { UsageError } from "../generator/errors.ts";
import {
  deliverName,
  drainName,
  driftName,
  purgeName,
  residueName,
  sweepName,
  type TaskContext,
} from "./context.ts";
import { effectCounts } from "./database/effects.ts";
import { executingRequests } from "./database.ts";
import { factsOf } from "./errors.ts";
import { graphileLogger } from "./log.ts";
import { transact } from "./transaction.ts";

/** Installs or updates graphile-worker's schema, checks, and tidies up. */
export async function prepare(
  context: TaskContext,
  connectionString: string,
  workerSchema: string,
): Promise<void> {
  const utils = await makeWorkerUtils({
    connectionString,
    schema: workerSchema,
    maxPoolSize: 2,
    logger: graphileLogger(context.log),
  });
  try {
    await check(context, utils);
    await forgetDeadJobs(context, utils, workerSchema);
    await warnOfWaiting(context, utils);
  } finally {
    await utils.release();
  }
}

const REMEDIES: Record<string, [problem: string, remedy: string]> = {
  "3F000": ["Lethe isn't installed in this database", "apply the migration that `lethe generate` writes"],
  "42883": ["Lethe isn't installed in this database", "apply the migration that `lethe generate` writes"],
  "42501": [
    "this role may not use Lethe as a worker",
    "connect as one of access.worker, or name it with --role; the login must be a member of that role",
  ],
  LT005: [
    "this role may not use Lethe as a worker",
    "connect as one of access.worker, or name it with --role; the login must be a member of that role",
  ],
  "22023": ["there is no such role", "name one of access.worker with --role"],
};

async function check(context: TaskContext, utils: WorkerUtils): Promise<void> {
  try {
    await transact(context, utils.withPgClient, (client) => executingRequests(context, client));
  } catch (error) {
    const { code } = factsOf(error);
    const known = REMEDIES[code];
    if (known === undefined) throw error;
    throw new UsageError(`${known[0]} (schema ${context.schema}, ${code})`, known[1]);
  }
}

/**
 * The job of a worker that crashed stays locked for four hours; as soon as a new one has taken its key it will never
 * run again. Nothing waits for it, so only the row is left to be removed, once graphile-worker has unlocked it.
 */
async function forgetDeadJobs(
  { schema, log }: TaskContext,
  utils: WorkerUtils,
  workerSchema: string,
): Promise<void> {
  const jobs = `"${workerSchema.replaceAll('"', '""')}".jobs`;
  const { rows } = await utils.withPgClient((client) =>
    client.query<{ id: string }>(
      `select id::text as id
       from ${jobs}
       where task_identifier = any ($1) and key is null and locked_at is null and attempts >= max_attempts`,
      [
        [sweepName, drainName, deliverName, driftName, purgeName, residueName].map((nameOf) =>
          nameOf(schema),
        ),
      ],
    ),
  );
  if (rows.length === 0) return;
  await utils.completeJobs(rows.map((row) => row.id));
  log.info({ jobs: rows.length }, "removed the jobs of workers that crashed");
}

/** Effects that this worker can't deliver: another one may, or a file is missing. */
async function warnOfWaiting(context: TaskContext, utils: WorkerUtils): Promise<void> {
  const { effects, log } = context;
  const counts = await transact(context, utils.withPgClient, (client) => effectCounts(context, client));
  const handlers = counts
    .filter(({ handler, state }) => state !== "failed" && !effects?.has(handler))
    .map(({ handler }) => handler);
  if (handlers.length === 0) return;
  log.warn(
    { handlers: [...new Set(handlers)] },
    "effects wait: this worker has no such handlers; define them in lethe.effects.ts, or name the file with --effects",
  );
}
