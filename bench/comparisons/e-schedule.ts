/** How long a person waits who asks to be deleted: schedule_deletion() beside the same statements by hand. */
import type postgres from "postgres";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { cpuOf, median, quantile, timed } from "../measure.ts";
import { lethe } from "../rivals/lethe.ts";
import { SCHEDULE_BY_HAND, SCHEDULE_STATEMENT } from "../rivals/schedule-by-hand.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";

const GOAL = { atMost: 1.3 };
const WARM_UP = 20;
/** Requests that are there before: on an empty table each side's checks would read it whole, and grow with the calls. */
const EARLIER = 5_000;

export const schedule: Comparison = {
  letter: "e",
  title: "scheduling one deletion, in one round trip",
  run: async (context) => {
    const { rounds, calls } = context.sizes;
    const [ours, plpgsql, statement] = await measured(context);
    const length = Math.ceil(calls / rounds);
    const inRounds = (all: Call[], of: (call: Call) => number, share: number) =>
      Array.from({ length: rounds }, (_, round) =>
        quantile(all.slice(round * length, (round + 1) * length).map(of), share),
      );
    const time = (call: Call) => call.time;
    const quicker = median(plpgsql.map(time)) <= median(statement.map(time)) ? plpgsql : statement;
    const figures: Figure[] = [];
    for (const theirs of [plpgsql, statement]) {
      const against = `by hand, one ${theirs === plpgsql ? "plpgsql call" : "statement"}`;
      const figure = (name: string, of: (call: Call) => number, share: number, goal?: Goal) =>
        compared(
          { case: "schedule_deletion", against, goal },
          name,
          inRounds(ours, of, share),
          inRounds(theirs, of, share),
        );
      figures.push(figure("median, ms a call", time, 0.5, theirs === quicker ? GOAL : undefined));
      figures.push(figure("p99, ms a call", time, 0.99));
      figures.push(figure("server CPU, ms a call", (call) => call.cpu, 0.5));
    }
    return figures;
  },
};

interface Call {
  /** Milliseconds, with the commit. */
  time: number;
  /** Milliseconds of the server's processor. */
  cpu: number;
}

interface Way {
  install(sql: postgres.Sql): Promise<unknown>;
  call(sql: postgres.Sql, person: string): PromiseLike<unknown>;
  /** Requests of these people, taken back. */
  earlier(sql: postgres.Sql, people: string[]): PromiseLike<unknown>;
}

interface Side {
  way: Way;
  sql: postgres.Sql;
  pid: number;
  calls: Call[];
}

const byHand: Omit<Way, "call"> = {
  install: (sql) => sql.unsafe(SCHEDULE_BY_HAND),
  earlier: (sql, people) => sql`
    insert into erasure_request (user_id, state, scheduled_for)
    select id, 'cancelled', now() from unnest(${people}::uuid[]) id`,
};

const WAYS: Record<string, Way> = {
  bench_lethe: {
    install: (sql) => lethe.install(sql, { shape: "sign-in", way: "anonymize", batch: 500 }),
    call: (sql, id) => sql`select * from lethe.schedule_deletion(${id}::uuid)`,
    earlier: (sql, people) =>
      sql`select lethe.schedule_deletion(id), lethe.cancel_deletion(id) from unnest(${people}::uuid[]) id`,
  },
  bench_plpgsql: { ...byHand, call: (sql, id) => sql`select * from schedule_by_hand(${id}::uuid)` },
  bench_statement: {
    ...byHand,
    call: (sql, id) => sql.unsafe(SCHEDULE_STATEMENT, [id], { prepare: true }),
  },
};

/** Call by call, in an order that turns round. */
async function measured({ server, sizes }: Context): Promise<[Call[], Call[], Call[]]> {
  const { database, people } = await stored(server, "sign-in", sizes.users);
  const asked = sizes.calls + WARM_UP;
  const sides: Side[] = [];
  try {
    for (const [name, way] of Object.entries(WAYS)) {
      const sql = connect(await server.create(name, database));
      const [session] = await sql`select pg_backend_pid() as pid`;
      sides.push({ way, sql, pid: Number(session?.pid), calls: [] });
      await way.install(sql);
      await way.earlier(sql, people.slice(asked, asked + EARLIER));
      await sql`vacuum analyze`;
    }
    for (const [index, id] of people.slice(0, asked).entries())
      for (const { way, sql, pid, calls } of index % 2 === 0 ? sides : [...sides].reverse()) {
        const before = cpuOf(pid);
        const time = await timed(async () => way.call(sql, id));
        if (index >= WARM_UP) calls.push({ time, cpu: cpuOf(pid) - before });
      }
    const [ours, plpgsql, statement] = sides.map(({ calls }) => calls);
    return [ours ?? [], plpgsql ?? [], statement ?? []];
  } finally {
    for (const { sql } of sides) await sql.end({ timeout: 5 });
    for (const name of Object.keys(WAYS)) await server.drop(name);
  }
}
