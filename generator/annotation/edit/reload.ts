/**
 * Reads an annotation in a thread of its own: there, imported files that have changed on disk are read anew, which the
 * main thread's module cache prevents.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Annotation } from "../model.ts";

/** Null where the file can't be loaded or is wrong. */
export function reloadAnnotation(file: string): Promise<Annotation | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { lethe: "reload", file } });
    worker.once("message", (annotation: Annotation | null) => resolve(annotation));
    worker.once("error", reject);
    worker.once("exit", () => resolve(null));
  });
}

const asked = workerData as { lethe?: string; file?: string } | null;
if (!isMainThread && asked?.lethe === "reload" && asked.file !== undefined) {
  const { openAnnotation } = await import("../load.ts");
  const { annotation } = await openAnnotation(asked.file);
  parentPort?.postMessage(annotation);
}
