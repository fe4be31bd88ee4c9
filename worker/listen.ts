/**
 * Turns NOTIFY into a sweep at once, so that a grace period of zero means now and not in a minute. A notification that
 * is lost, while the connection is down for instance, costs at most that minute: a timer queues a sweep then, whatever
 * this machine takes for the time. graphile-worker's cron would queue it for that time, tomorrow for instance, and keep
 * the workers whose clocks are right from queueing any until then.
 */
import type { AddJobFunction } from "graphile-worker";
import postgres from "postgres";
import { DEFAULT_SCHEMA, plainName, sweepName } from "./context.ts";
import { factsOf } from "./errors.ts";
import { createLog, type WorkerLog } from "./log.ts";

export interface ListenOptions {
  /** `postgres://user:password@host:5432/database`. Not through a pooler in transaction mode: LISTEN needs a session. */
  connectionString: string;
  /** graphile-worker's: of a runner, or of `makeWorkerUtils()`. */
  addJob: AddJobFunction;
  /** Lethe's SQL schema, which is the channel's name. Default: `lethe`. */
  schema?: string;
  logger?: WorkerLog;
}

export interface Listener {
  stop(): Promise<void>;
}

/** Notifications within this time make one job, in milliseconds. */
const PAUSE = 100;
const MINUTE = 60_000;

/**
 * Listens, and queues a sweep for each burst of notifications, whenever the connection is made or made anew, and each
 * minute.
 *
 * @throws where the first connection can't be made; later it reconnects by itself
 */
export async function listenForDeletions(options: ListenOptions): Promise<Listener> {
  const { connectionString, addJob, logger: log = createLog() } = options;
  const schema = plainName(options.schema ?? DEFAULT_SCHEMA);
  const name = sweepName(schema);
  let timer: NodeJS.Timeout | undefined;
  let adding: Promise<void> = Promise.resolve();

  const add = async () => {
    try {
      // A key whose job is running makes a second job. That is wanted: the first may have looked before this commit.
      await addJob(name, {}, { jobKey: name });
    } catch (error) {
      log.warn(factsOf(error), "a sweep could not be queued; the one of the next minute does its work");
    }
  };
  const wake = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      adding = adding.then(add);
    }, PAUSE);
  };

  const sql = postgres(connectionString, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: `${schema}_listen` },
  });
  try {
    await sql.listen(schema, wake, wake);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  const minutes = setInterval(wake, MINUTE);
  return {
    stop: async () => {
      clearInterval(minutes);
      await sql.end({ timeout: 1 });
      clearTimeout(timer);
      await adding;
    },
  };
}
