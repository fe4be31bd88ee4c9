/** Rivals side by side: each has a copy of the same stored people, and the same people are due in every round. */
import type postgres from "postgres";
import type { Context } from "./comparison.ts";
import { interleave, type Measured, measure } from "./measure.ts";
import { type Network, startNetwork, through } from "./network.ts";
import type { Job, Rival } from "./rivals/rival.ts";
import { type BenchServer, connect } from "./server.ts";
import { stored } from "./stored.ts";
import { requireErased } from "./verify.ts";

export interface Run extends Measured {
  /** Through the network only; else null. */
  roundTrips: number | null;
}

export interface Entrant extends Job {
  rival: Rival;
  /** People stored. */
  users: number;
  /** Connections that erase at the same time. */
  connections?: number;
}

interface Side {
  run(): Promise<Run>;
  /** @throws where the side has left something undone */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/** People erased before anything is measured: caches are warm and functions compiled, as in a process that runs for days. */
const WARM_UP = 20;

/** What each entrant took in each round. `delay`: milliseconds of network between; 0 for none. */
export async function race(
  { server, log }: Context,
  entrants: Entrant[],
  { due, rounds, delay = 0 }: { due: number; rounds: number; delay?: number },
): Promise<Run[][]> {
  const port = Number(server.admin.options.port[0]);
  const network = delay > 0 ? await startNetwork(port, delay) : null;
  const sides: Side[] = [];
  try {
    for (const [index, entrant] of entrants.entries())
      sides.push(await enter(server, entrant, `bench_side_${index}`, due, network));
    const runs = await interleave(
      rounds,
      sides.map((side, index) => async () => {
        const run = await side.run();
        log(`${entrants[index]?.rival.name}: ${((due / run.time) * 1000).toFixed(0)}/s`);
        return run;
      }),
    );
    for (const side of sides) await side.verify();
    return runs;
  } finally {
    for (const side of sides) await side.close();
    await network?.stop();
  }
}

async function enter(
  server: BenchServer,
  entrant: Entrant,
  name: string,
  due: number,
  network: Network | null,
): Promise<Side> {
  const { rival } = entrant;
  const template = await stored(server, entrant.shape, entrant.users);
  const url = await server.create(name, template.database);
  const sql = connect(url);
  const client = clientOf(entrant, sql, url, network);
  let next = 0;
  const prepare = async (count: number): Promise<string[]> => {
    const people = template.people.slice(next, next + count);
    if (people.length < count) throw new Error(`more than ${entrant.users} people are needed`);
    next += count;
    await rival.schedule(sql, people, entrant);
    return people;
  };
  await rival.install(sql, entrant);
  await rival.erase(client, await prepare(WARM_UP), entrant);
  return {
    run: async () => {
      const people = await prepare(due);
      await network?.roundTrips();
      const run = await measure(server.admin, client, () => rival.erase(client, people, entrant));
      return { ...run, roundTrips: network === null ? null : await tripsOf(network) };
    },
    verify: () => requireErased(sql, template.people.slice(0, next), entrant),
    close: async () => {
      for (const each of [sql, client]) await each.end({ timeout: 5 });
      await server.drop(name);
    },
  };
}

function clientOf(entrant: Entrant, sql: postgres.Sql, url: string, network: Network | null): postgres.Sql {
  if (network !== null) return connect(through(network, url));
  return entrant.connections === undefined ? sql : connect(url, {}, entrant.connections);
}

/** Without the three of `measure` itself: VACUUM before, and the flush before and after. */
async function tripsOf(network: Network): Promise<number> {
  return (await network.roundTrips()) - 3;
}
