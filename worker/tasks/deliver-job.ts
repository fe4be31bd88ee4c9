/** The job that delivers what is due for one handler. It names the handler, never an effect or a person. */
import type { AddJobsJobSpec } from "graphile-worker";
import { deliverName } from "../context.ts";

/** Among the drains, behind the sweeps: a sweep must not wait for a service. */
const PRIORITY = 10;

/** Its key lets a handler have one waiting job, however many sweeps ask for it. */
export function deliverJob(schema: string, handler: string, runAt?: Date): AddJobsJobSpec {
  return {
    identifier: deliverName(schema),
    payload: { handler },
    jobKey: `${deliverName(schema)}:${handler}`,
    priority: PRIORITY,
    ...(runAt === undefined ? {} : { runAt }),
  };
}
