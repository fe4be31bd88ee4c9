/** How long a person waits who asks to be deleted: schedule_deletion() beside the same statements by hand. */
import { peopleOf } from "../application/seed.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure } from "../comparison.ts";
import { median, quantile, timed } from "../measure.ts";
import { lethe } from "../rivals/lethe.ts";
import { SCHEDULE_BY_HAND, SCHEDULE_STATEMENT } from "../rivals/schedule-by-hand.ts";
import { connect } from "../server.ts";
import { seeded } from "../sides.ts";

const GOAL = { atMost: 1.3 };
const WARM_UP = 20;

export const schedule: Comparison = {
  letter: "e",
  title: "scheduling one deletion, in one round trip",
  run: async (context) => {
    const { rounds, calls } = context.sizes;
    const [ours, plpgsql, statement] = await latencies(context);
    const name = "schedule_deletion";
    const by = (against: string) => ({ case: name, against });
    const each = (values: number[], share: number) =>
      Array.from({ length: rounds }, (_, round) => {
        const length = Math.ceil(calls / rounds);
        return quantile(values.slice(round * length, (round + 1) * length), share);
      });
    const figures: Figure[] = [];
    for (const [against, theirs] of [
      ["by hand, one plpgsql call", plpgsql],
      ["by hand, one statement", statement],
    ] as const) {
      const goal =
        median(theirs) <= median(against.includes("plpgsql") ? statement : plpgsql) ? GOAL : undefined;
      figures.push(
        compared({ ...by(against), goal }, "median, ms a call", each(ours, 0.5), each(theirs, 0.5)),
      );
      figures.push(compared(by(against), "p99, ms a call", each(ours, 0.99), each(theirs, 0.99)));
    }
    return figures;
  },
};

type Latencies = [ours: number[], plpgsql: number[], statement: number[]];

/** Call by call, in an order that turns round: milliseconds, each with its commit. */
async function latencies({ server, sizes }: Context): Promise<Latencies> {
  const { database } = await seeded(server, { shape: "sign-in", users: sizes.users });
  const names = ["bench_lethe", "bench_plpgsql", "bench_statement"];
  const clients = [];
  for (const name of names) clients.push(connect(await server.create(name, database)));
  const [ours, plpgsql, statement] = clients;
  if (ours === undefined || plpgsql === undefined || statement === undefined)
    throw new Error("three clients");
  try {
    await lethe.install(ours, { shape: "sign-in", way: "anonymize", batch: 500 });
    for (const sql of [plpgsql, statement]) await sql.unsafe(SCHEDULE_BY_HAND);
    const people = await peopleOf(ours, sizes.calls + WARM_UP);
    const sides = [
      (id: string) => ours`select * from lethe.schedule_deletion(${id}::uuid)`,
      (id: string) => plpgsql`select * from schedule_by_hand(${id}::uuid)`,
      (id: string) => statement.unsafe(SCHEDULE_STATEMENT, [id], { prepare: true }),
    ];
    const results: Latencies = [[], [], []];
    for (const [index, id] of people.entries()) {
      const order = index % 2 === 0 ? [0, 1, 2] : [2, 1, 0];
      for (const side of order) {
        const time = await timed(async () => sides[side]?.(id));
        if (index >= WARM_UP) results[side]?.push(time);
      }
    }
    return results;
  } finally {
    await Promise.all(clients.map((sql) => sql.end({ timeout: 5 })));
    for (const name of names) await server.drop(name);
  }
}
