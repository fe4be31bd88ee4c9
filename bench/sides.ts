/** Rivals side by side, each with a copy of the same stored people, and the same people due in every round. */
import type postgres from "postgres";
import { peopleOf, seed } from "./application/seed.ts";
import type { Context } from "./comparison.ts";
import { interleave, type Measured, measure } from "./measure.ts";
import { type Network, startNetwork, through } from "./network.ts";
import type { Job, Rival } from "./rivals/rival.ts";
import { connect } from "./server.ts";
import { requireErased } from "./verify.ts";

export interface Run extends Measured {
  /** Through the network only; else null. */
  roundTrips: number | null;
}

export interface Race extends Job {
  rivals: Rival[];
  users: number;
  due: number;
  rounds: number;
  /** Milliseconds of network between; 0 for none. */
  delay: number;
}

/** People erased before anything is measured: caches are warm and functions compiled, as in a process that runs for days. */
const WARM_UP = 20;

/** What each rival took in each round, in the order of `rivals`. */
export async function race({ server, log }: Context, race: Race): Promise<Run[][]> {
  const { rivals, rounds, due } = race;
  const template = await seeded(server, race);
  if (template.people.length < WARM_UP + rounds * due)
    throw new Error(`${rounds} rounds of ${due} people need more than ${race.users} stored`);
  const names = rivals.map((_, index) => `bench_side_${index}`);
  const opened: postgres.Sql[] = [];
  const network =
    race.delay > 0 ? await startNetwork(Number(server.admin.options.port[0]), race.delay) : null;
  try {
    const sides = [];
    for (const [index, rival] of rivals.entries()) {
      const url = await server.create(names[index] ?? "", template.database);
      const sql = connect(url);
      opened.push(sql);
      const client = network === null ? sql : connect(through(network, url));
      if (client !== sql) opened.push(client);
      await rival.install(sql, race);
      const warm = template.people.slice(0, WARM_UP);
      await rival.schedule(sql, warm, race);
      await rival.erase(client, warm, race);
      let next = WARM_UP;
      sides.push(async () => {
        const people = template.people.slice(next, next + due);
        next += due;
        await rival.schedule(sql, people, race);
        await network?.roundTrips();
        const run = await measure(server.admin, client, () => rival.erase(client, people, race));
        log(`${rival.name}: ${((due / run.time) * 1000).toFixed(0)}/s`);
        return { ...run, roundTrips: network === null ? null : await tripsOf(network) };
      });
    }
    const runs = await interleave(rounds, sides);
    const all = template.people.slice(0, WARM_UP + rounds * due);
    for (const [index, rival] of rivals.entries())
      await requireErased(connected(opened, names[index]), all, race, rival.name);
    return runs;
  } finally {
    await Promise.all(opened.map((sql) => sql.end({ timeout: 5 })));
    await network?.stop();
    for (const name of names) await server.drop(name);
  }
}

function connected(clients: postgres.Sql[], database: string | undefined): postgres.Sql {
  const client = clients.find((sql) => sql.options.database === database);
  if (client === undefined) throw new Error(`nobody is connected to ${database}`);
  return client;
}

/** Without the three of `measure` itself: VACUUM before, and the flush before and after. */
async function tripsOf(network: Network): Promise<number> {
  return (await network.roundTrips()) - 3;
}

const templates = new Map<string, { database: string; people: string[] }>();

/** A database with so many people stored, made once a run. */
export async function seeded(
  server: Context["server"],
  { shape, users }: Pick<Race, "shape" | "users">,
): Promise<{ database: string; people: string[] }> {
  const database = `bench_${shape === "sign-in" ? "sign_in" : "content"}_${users}`;
  const there = templates.get(database);
  if (there !== undefined) return there;
  const sql = connect(await server.create(database));
  try {
    await seed(sql, shape, users);
    const template = { database, people: await peopleOf(sql, users) };
    templates.set(database, template);
    return template;
  } finally {
    await sql.end();
  }
}
