/** What `pg-lethe/worker` exports: the whole worker, or its parts for teams that already run graphile-worker. */
export type { LetheTaskOptions } from "./context.ts";
export { letheCronItems } from "./cron.ts";
export { type Listener, type ListenOptions, listenForDeletions } from "./listen.ts";
export type { WorkerLog } from "./log.ts";
export { runWorker } from "./run.ts";
export { type RunWorkerOptions, workerSchemaOf } from "./setup.ts";
export { letheTasks } from "./tasks/index.ts";
