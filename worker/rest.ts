/** Between two transactions that erase: who is at work in the application has the database for as long. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskContext } from "./context.ts";

/** However long a transaction took, whoever waits for the next one waits no longer. Milliseconds. */
const LONGEST = 10_000;

/** Rests `context.rest` times as long as the work took, or until the signal. */
export async function rest(
  context: Pick<TaskContext, "rest">,
  took: number,
  signal: AbortSignal,
): Promise<void> {
  const time = Math.min(took * context.rest, LONGEST);
  if (time >= 1) await sleep(time, undefined, { signal }).catch(() => {});
}
