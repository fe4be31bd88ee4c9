/**
 * The task that finishes a person with very many rows: one chunk a transaction, for some seconds, then it queues itself
 * anew, so that sweeps and other people get their turn.
 *
 * One drain a request: a session's advisory lock says that a worker is at it, and goes when that worker does, however
 * it ends. Jobs can't say so: the job of a crashed worker stays locked for four hours.
 */
import type { JobHelpers, Task } from "graphile-worker";
import { drainName, type TaskContext } from "../context.ts";
import { continueDeletion, type DrainState } from "../database.ts";
import { factsOf, sanitized } from "../errors.ts";
import { rest } from "../rest.ts";
import { type Client, transactOn } from "../transaction.ts";
import { blame } from "./blame.ts";
import { drainJob } from "./drain-job.ts";
import { stopSignal } from "./stop-signal.ts";

/** How long one job works on one request, in milliseconds. */
const TURN = 5_000;

export function drainTask(context: TaskContext): Task {
  const { schema, log } = context;
  return async (payload, helpers) => {
    const request = requestOf(payload);
    if (request === null) {
      log.error({ job: helpers.job.id }, `a job of ${drainName(schema)} names no request; it is dropped`);
      return;
    }
    try {
      await drain(context, helpers, request);
    } catch (error) {
      log.error(
        { request, job: helpers.job.id, ...factsOf(error) },
        "a drain failed; a sweep starts it again",
      );
      throw sanitized(error);
    }
  };
}

async function drain(context: TaskContext, helpers: JobHelpers, request: string): Promise<void> {
  const { schema, log } = context;
  const turn = await helpers.withPgClient((client) => takeTurn(context, helpers, client, request));
  if (turn.error !== undefined) {
    await blame(context, helpers.withPgClient, request, turn.error);
  } else if (turn.state === "executing") {
    // Also when stopping: another worker goes on at once.
    const { identifier, payload, ...spec } = drainJob(schema, request);
    await helpers.addJob(identifier, payload, spec);
  }
  if (turn.steps > 0) log.info({ request, steps: turn.steps, state: turn.state }, "erased in steps");
}

interface Turn {
  state: DrainState;
  steps: number;
  /** What went wrong in a step: told to the database once this client is given back. */
  error?: unknown;
}

async function takeTurn(
  context: TaskContext,
  helpers: JobHelpers,
  client: Client,
  request: string,
): Promise<Turn> {
  const signal = stopSignal(context, helpers);
  const name = `${drainName(context.schema)} ${request}`;
  const turn: Turn = { state: "waiting", steps: 0 };
  if (!(await tryLock(client, name))) return turn;
  const end = Date.now() + TURN;
  try {
    for (;;) {
      const began = performance.now();
      turn.state = await context.telemetry.span("lethe.drain", { "lethe.request": request }, () =>
        transactOn(context, client, () => continueDeletion(context, client, request)),
      );
      turn.steps++;
      if (turn.state !== "executing" || signal.aborted || Date.now() >= end) break;
      await rest(context, performance.now() - began, signal);
    }
  } catch (error) {
    turn.state = "failed";
    turn.error = error;
  } finally {
    // It fails only where the connection is lost, and the lock with it.
    await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [name]).catch(() => {});
  }
  return turn;
}

async function tryLock(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtextextended($1, 0)) as locked",
    [name],
  );
  return rows[0]?.locked === true;
}

function requestOf(payload: unknown): string | null {
  const request = (payload as { request?: unknown } | null)?.request;
  return typeof request === "string" && /^\d{1,19}$/.test(request) ? request : null;
}
