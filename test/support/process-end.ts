/** Work that must be done however this process ends, short of SIGKILL: at exit and on the usual signals. */

const SIGNALS: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const pending = new Set<() => void>();

/** Runs `work`, which must be synchronous, when this process ends. Returns how to call that off. */
export function onProcessEnd(work: () => void): () => void {
  if (pending.size === 0) {
    process.on("exit", runAll);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  pending.add(work);
  return () => {
    if (pending.delete(work) && pending.size === 0) stopListening();
  };
}

function runAll(): void {
  for (const work of pending) work();
  pending.clear();
  stopListening();
}

function onSignal(signal: NodeJS.Signals): void {
  // Whoever else listens decides whether the process ends, and the exit still runs the work.
  if (process.listenerCount(signal) > 1) return;
  runAll();
  process.kill(process.pid, signal); // nobody listens any more: the signal has its usual meaning
}

function stopListening(): void {
  process.off("exit", runAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
