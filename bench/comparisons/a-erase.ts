/** Erasing people who are due: against SQL by hand in the same batches, and against application code. */
import type { Shape } from "../application/tables.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { applicationCode } from "../rivals/application-code.ts";
import { byHand } from "../rivals/by-hand.ts";
import { byHandRecorded } from "../rivals/by-hand-recorded.ts";
import { lethe } from "../rivals/lethe.ts";
import { orm } from "../rivals/orm.ts";
import type { Rival, Way } from "../rivals/rival.ts";
import { type Run, race } from "../sides.ts";

/** In the same batches, though nothing is written down by hand. */
const BY_HAND = { rate: { atLeast: 0.87 }, wal: { atMost: 1.1 } };
/** Times the throughput of application code, one person at a time. */
const CODE: Record<Shape, Record<"loopback" | "network", Goal>> = {
  "sign-in": { loopback: { atLeast: 7 }, network: { atLeast: 20 } },
  content: { loopback: { atLeast: 2 }, network: { atLeast: 7 } },
};

const SHAPES: Record<Shape, string> = { "sign-in": "sign-in tables only", content: "with posts and events" };
/** Milliseconds a round trip. Application code takes so long then that fewer people and rounds must do. */
const NETWORK = 1;

export const erase: Comparison = {
  letter: "a",
  title: "erasing people who are due",
  run: async (context) => {
    const figures: Figure[] = [];
    for (const shape of ["sign-in", "content"] as const)
      for (const way of ["anonymize", "hard_delete"] as const)
        for (const delay of [0, NETWORK]) figures.push(...(await figuresOf(context, shape, way, delay)));
    return figures;
  },
};

async function figuresOf(context: Context, shape: Shape, way: Way, delay: number): Promise<Figure[]> {
  const { batch } = context.sizes;
  const users = shape === "sign-in" ? context.sizes.users : context.sizes.contentUsers;
  const due = delay === 0 ? context.sizes.due : Math.ceil(context.sizes.due / 2);
  const rounds = delay === 0 ? context.sizes.rounds : Math.min(3, context.sizes.rounds);
  const rivals =
    delay === 0 ? [lethe, byHand, byHandRecorded, applicationCode, orm] : [lethe, applicationCode, orm];
  const place = delay === 0 ? "loopback" : "network";
  const name = `${SHAPES[shape]}, ${way}${delay === 0 ? "" : `, ${delay} ms of network`}`;
  if (!context.wanted(name)) return [];
  context.log(name);
  const entrants = rivals.map((rival) => ({ rival, shape, way, batch, users }));
  const [ours = [], ...others] = await race(context, entrants, { due, rounds, delay });
  return others.flatMap((theirs, index) => {
    const rival = rivals[index + 1] ?? lethe;
    const goals = delay === 0 && !isCode(rival) ? BY_HAND : { rate: CODE[shape][place] };
    const about = { name, due, goals: rival === byHandRecorded ? {} : goals };
    const aside = way === "hard_delete" || rival === orm;
    return figuresAgainst(rival, ours, theirs, about).map((each) => (aside ? { ...each, aside } : each));
  });
}

interface About {
  name: string;
  due: number;
  goals: { rate?: Goal; wal?: Goal };
}

function figuresAgainst(rival: Rival, ours: Run[], theirs: Run[], { name, due, goals }: About): Figure[] {
  const figure = (what: string, of: (run: Run) => number, goal?: Goal) =>
    compared({ case: name, against: rival.name, goal }, what, ours.map(of), theirs.map(of));
  const figures = [figure("people/s", (run) => (due / run.time) * 1000, goals.rate)];
  figures.push(figure("server CPU, ms a person", (run) => run.cpu / due));
  // Code one at a time commits one at a time: its WAL and buffers are not what it is slow by.
  if (!isCode(rival)) {
    figures.push(figure("WAL, bytes a person", (run) => run.wal / due, goals.wal));
    figures.push(figure("WAL, page images a person", (run) => run.images / due));
    figures.push(figure("buffers a person", (run) => run.buffers / due));
  }
  if (ours[0]?.roundTrips !== null)
    figures.push(figure("round trips a person", (run) => (run.roundTrips ?? Number.NaN) / due));
  return figures;
}

const isCode = (rival: Rival) => rival === applicationCode || rival === orm;
