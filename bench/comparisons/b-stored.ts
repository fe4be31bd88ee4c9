/** The same people erased where few and where very many are stored: cost must grow with what is due. */
import { compared } from "../compared.ts";
import type { Comparison, Figure, Goal } from "../comparison.ts";
import { byHand } from "../rivals/by-hand.ts";
import { lethe } from "../rivals/lethe.ts";
import type { Rival } from "../rivals/rival.ts";
import { race } from "../sides.ts";

const GOAL: Goal = { atMost: 1.1 };

export const byStored: Comparison = {
  letter: "b",
  title: "erasing the same number of people out of more and more",
  run: async (context) => {
    const { stored, batch, due: most, rounds } = context.sizes;
    const smallest = stored[0] ?? 0;
    // In the smallest database there must be enough of them for every round.
    const due = Math.min(most, Math.floor((smallest - 20) / rounds / 2));
    const figures: Figure[] = [];
    const touched = new Map<Rival, number[][]>();
    for (const rival of [lethe, byHand]) {
      if (!context.wanted(rival.name)) continue;
      const entrants = stored.map((users) => ({
        rival,
        users,
        batch,
        shape: "sign-in" as const,
        way: "anonymize" as const,
      }));
      const all = await race(context, entrants, { due, rounds });
      const [few = [], ...more] = all;
      touched.set(
        rival,
        all.map((runs) => runs.map((run) => run.buffers / due)),
      );
      for (const [index, many] of more.entries()) {
        const name = `${rival.name}, ${count(stored[index + 1])} stored`;
        const about = { case: name, against: `${count(smallest)} stored` };
        const goal = goalOf(rival, index === more.length - 1);
        const buffers = (runs: typeof many) => runs.map((run) => run.buffers / due);
        const cpu = (runs: typeof many) => runs.map((run) => run.cpu / due);
        figures.push(compared({ ...about, goal }, "buffers a person", buffers(many), buffers(few)));
        figures.push(compared(about, "server CPU, ms a person", cpu(many), cpu(few)));
      }
    }
    return [...figures, ...beyond(touched.get(lethe), touched.get(byHand), stored)];
  },
};

/**
 * What Lethe touches beyond the statements themselves. Those cost more among more people whoever writes them: in a small
 * table, people of one batch share pages, and the trees of a large one are a level higher.
 */
function beyond(ours: number[][] = [], theirs: number[][] = [], stored: number[]): Figure[] {
  const more = ours.map((rounds, index) =>
    rounds.map((value, round) => value - (theirs[index]?.[round] ?? Number.NaN)),
  );
  const [few, many] = [more[0], more.at(-1)];
  if (few === undefined || many === undefined || theirs.length === 0) return [];
  const about = {
    case: `what Lethe adds to by hand, ${count(stored.at(-1))} stored`,
    against: `${count(stored[0])} stored`,
    goal: GOAL,
  };
  return [compared(about, "buffers a person", many, few)];
}

/** By hand there is none: it shows how much an index that is a level higher costs. */
function goalOf(rival: Rival, last: boolean): Goal | undefined {
  return rival === lethe && last ? GOAL : undefined;
}

const count = (number = 0) => number.toLocaleString("en");
