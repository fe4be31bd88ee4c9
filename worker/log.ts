/**
 * Log lines without personal data: JSON by pino, requests by id, errors by SQLSTATE. graphile-worker's own lines pass
 * through the same filter, because it prints payloads and the messages of errors.
 */
import { Logger } from "graphile-worker";
import pino from "pino";
import { factsOf } from "./errors.ts";

/** What the tasks write to: pino, or anything that takes the same calls. */
export interface WorkerLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** JSON lines on standard output. `LETHE_LOG_LEVEL` sets how many: debug, info (default), warn, error, silent. */
export function createLog(): WorkerLog {
  return pino({ name: "lethe", level: process.env.LETHE_LOG_LEVEL ?? "info", base: { pid: process.pid } });
}

/** graphile-worker's logger, on top of ours. Its "completed task" each minute is for debugging only. */
export function graphileLogger(log: WorkerLog): Logger {
  return new Logger((scope) => (level, message, meta) => {
    const fields = {
      component: "graphile-worker",
      ...(scope.taskIdentifier ? { task: scope.taskIdentifier } : {}),
      ...(scope.jobId ? { job: scope.jobId } : {}),
    };
    const error = meta?.error ?? meta?.fatalError ?? meta?.reason;
    const text = withoutError(String(message));
    if (level === "error") log.error({ ...fields, ...(error ? factsOf(error) : {}) }, text);
    else if (level === "warning") log.warn({ ...fields, ...(error ? factsOf(error) : {}) }, text);
    else log.debug(fields, text);
  });
}

/** graphile-worker puts the error's text behind a colon, or behind "with error", "reason", "after failure". */
function withoutError(message: string): string {
  return message.replace(/( with error\b|:|\(reason\b| after failure\b|\n)[\s\S]*$/, "").slice(0, 200);
}
