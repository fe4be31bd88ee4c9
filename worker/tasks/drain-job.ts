/** The job that finishes one request in steps. It names the request, never the person. */
import type { AddJobsJobSpec } from "graphile-worker";
import { drainName } from "../context.ts";

/** Behind sweeps: a sweep must not wait for hundreds of drains. */
const PRIORITY = 10;

/** Its key lets a request have one waiting job, however many sweeps ask for it. */
export function drainJob(schema: string, request: string): AddJobsJobSpec {
  return {
    identifier: drainName(schema),
    payload: { request },
    jobKey: `${drainName(schema)}:${request}`,
    priority: PRIORITY,
  };
}
