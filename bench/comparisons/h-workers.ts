/** Several workers at once: they share what is due, and don't wait for each other. */
import { compared } from "../compared.ts";
import type { Comparison } from "../comparison.ts";
import { lethe } from "../rivals/lethe.ts";
import type { Rival } from "../rivals/rival.ts";
import { race } from "../sides.ts";

const WORKERS = [1, 2, 4];

/** Each connection does what one worker does, until nothing is left. */
const together = (workers: number): Rival => ({
  ...lethe,
  name: workers === 1 ? "1 worker" : `${workers} workers`,
  erase: async (sql, people, job) => {
    await Promise.all(Array.from({ length: workers }, () => lethe.erase(sql, people, job)));
  },
});

export const workers: Comparison = {
  letter: "h",
  title: "several workers",
  run: async (context) => {
    const { users, rounds } = context.sizes;
    // Many batches, so that there is something to share.
    const batch = Math.ceil(context.sizes.batch / 4);
    const { due } = context.sizes;
    const entrants = WORKERS.map((connections) => ({
      rival: together(connections),
      shape: "sign-in" as const,
      way: "anonymize" as const,
      batch,
      users,
      connections,
    }));
    const [one = [], ...more] = await race(context, entrants, { due, rounds });
    const rate = (runs: typeof one) => runs.map((run) => (due / run.time) * 1000);
    return more.map((runs, index) =>
      compared(
        { case: `${WORKERS[index + 1]} workers`, against: "1 worker" },
        "people/s",
        rate(runs),
        rate(one),
      ),
    );
  },
};
