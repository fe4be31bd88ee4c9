/**
 * The task that delivers what is due for one handler, turn by turn. Its job only wakes it: effects are claimed under a
 * lease in their own table, so that a lost or doubled job changes nothing. In one process a handler has one turn at a
 * time; a second job wakes the first one's turn.
 */
import type { JobHelpers, Task } from "graphile-worker";
import { deliverName, sweepName, type TaskContext } from "../context.ts";
import { dueHandlers } from "../database/effects.ts";
import { type Turn, takeTurn } from "../delivery/turn.ts";
import type { Runner } from "../effects/runner.ts";
import { factsOf, sanitized } from "../errors.ts";
import { transact } from "../transaction.ts";
import { deliverJob } from "./deliver-job.ts";
import { later } from "./later.ts";
import { stopSignal } from "./stop-signal.ts";

/** How soon a worker that doesn't know the handler asks again whether another one has come, in milliseconds. */
const ANOTHER = 10_000;

export function deliverTask(context: TaskContext, runner: Runner): Task {
  const { schema, telemetry, log } = context;
  const turns = new Map<string, Turn>();
  return async (payload, helpers) => {
    const handler = handlerOf(payload);
    if (handler === null) {
      log.error({ job: helpers.job.id }, `a job of ${deliverName(schema)} names no handler; it is dropped`);
      return;
    }
    try {
      if (!runner.has(handler)) return await leave(context, helpers, handler);
      if (turns.get(handler)?.wake()) return;
      const turn = takeTurn(context, runner, handler, helpers.withPgClient, stopSignal(context, helpers));
      turns.set(handler, turn);
      const attributes = { "lethe.schema": schema, "lethe.handler": handler };
      const { counts, more } = await telemetry.span("lethe.deliver", attributes, () => turn.over);
      telemetry.breaker(runner.wait(handler) > 0, attributes);
      if (more)
        await helpers.addJobs([deliverJob(schema, handler, await nextTurn(runner, handler, helpers))]);
      if (Object.keys(counts).length === 0) return;
      log.info({ handler, ...counts }, "delivered effects");
      // Requests may wait for what was delivered, and other handlers' effects, too.
      await helpers.addJob(sweepName(schema), {}, { jobKey: sweepName(schema) });
    } catch (error) {
      log.error(
        { handler, job: helpers.job.id, ...factsOf(error) },
        "a delivery failed; a sweep starts it again",
      );
      throw sanitized(error);
    }
  };
}

/** Those who wait for a service don't all come back in the same moment. */
function nextTurn(runner: Runner, handler: string, { withPgClient }: JobHelpers): Promise<Date> {
  return later(withPgClient, runner.wait(handler) * (1 + Math.random() / 10));
}

/** During a deploy a worker of the version before may take the job of a handler that only the new one knows. */
async function leave(context: TaskContext, helpers: JobHelpers, handler: string): Promise<void> {
  const { schema, log } = context;
  const due = await transact(context, helpers.withPgClient, (client) => dueHandlers(context, client));
  if (!due.includes(handler)) return;
  log.warn({ handler }, "effects wait for a worker whose lethe.effects.ts has this handler");
  await helpers.addJobs([deliverJob(schema, handler, await later(helpers.withPgClient, ANOTHER))]);
}

function handlerOf(payload: unknown): string | null {
  const handler = (payload as { handler?: unknown } | null)?.handler;
  return typeof handler === "string" && handler !== "" ? handler : null;
}
