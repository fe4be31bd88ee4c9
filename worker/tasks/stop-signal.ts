/** graphile-worker tells its tasks to stop some seconds after it was asked to; `lethe worker` tells them at once. */
import type { JobHelpers } from "graphile-worker";
import type { TaskContext } from "../context.ts";

export function stopSignal({ signal }: TaskContext, { abortSignal }: JobHelpers): AbortSignal {
  return signal === undefined ? abortSignal : AbortSignal.any([signal, abortSignal]);
}
