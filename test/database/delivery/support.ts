/** Runners with handlers that a test controls, and requests with effects for them. */
import type postgres from "postgres";
import { z } from "zod";
import type { Delivery, Handler } from "../../../worker/effects/handler.ts";
import { createRunner, type Runner, type RunnerOptions } from "../../../worker/effects/runner.ts";
import { runWorker } from "../../../worker/index.ts";
import type { RunWorkerOptions } from "../../../worker/setup.ts";
import { newPerson, schedule } from "../../support/scenario.ts";
import { collectLog } from "../worker/support.ts";

export type Deliver = (payload: unknown, delivery: Delivery) => Promise<void>;

/** A handler that is done where `deliver` comes back. */
export function handler(deliver: Deliver, settings: Partial<Handler> = {}): Handler {
  return {
    kind: "own",
    payload: z.unknown(),
    deliver: async (payload, delivery) => {
      await deliver(payload, delivery);
      return { state: "done", receipt: { status: 200 } };
    },
    ...settings,
  };
}

export function runnerOf(handlers: Record<string, Handler>, options?: RunnerOptions): Runner {
  return createRunner(new Map(Object.entries(handlers)), options);
}

/** `lethe worker --once` in this process; returns its log. */
export async function deliverOnce(
  url: string,
  effects: Runner,
  options: Partial<RunWorkerOptions> = {},
): Promise<string> {
  const { log, text } = collectLog();
  await runWorker({
    connectionString: url,
    role: "app_worker",
    once: true,
    logger: log,
    effects,
    ...options,
  });
  return text();
}

/** People who are due, each with one effect for each of the handlers; the requests. */
export async function dueWithEffects(
  sql: postgres.Sql,
  people: number,
  handlers: string[],
): Promise<string[]> {
  const requests: string[] = [];
  for (let n = 0; n < people; n++) {
    const { request_id } = await schedule(sql, await newPerson(sql), { grace: "0" });
    requests.push(request_id);
  }
  await addEffects(sql, requests, handlers);
  return requests;
}

/** `times` effects for each request and handler, with a payload of its own each, due now. */
export async function addEffects(
  sql: postgres.Sql,
  requests: string[],
  handlers: string[],
  times = 1,
): Promise<void> {
  await sql`
    insert into lethe.effect (request_id, name, handler, at, payload)
    select r.id, h.name, h.name, 'execute', jsonb_build_object('id', r.id || '-' || n)
    from unnest(${requests}::bigint[]) r (id)
    cross join unnest(${handlers}::text[]) h (name)
    cross join generate_series(1, ${times}) n
  `;
}

export interface Tally {
  handler: string;
  state: string;
  count: number;
  attempts: number;
  failures: number;
}

/** Effects by handler and state. */
export async function tally(sql: postgres.Sql, requests: string[]): Promise<Tally[]> {
  return [
    ...(await sql<Tally[]>`
      select handler, state, count(*)::integer as count,
             sum(attempts)::integer as attempts, sum(failures)::integer as failures
      from lethe.effect
      where request_id = any (${requests}::bigint[])
      group by handler, state
      order by handler, state
    `),
  ];
}
