/** One person with very many rows: in steps, beside one statement; and who has to wait meanwhile. */
import type postgres from "postgres";
import { keyOf } from "../application/seed.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { interleave, timed } from "../measure.ts";
import { type Probe, probe } from "../probe.ts";
import { byHand } from "../rivals/by-hand.ts";
import { lethe } from "../rivals/lethe.ts";
import type { Job, Rival } from "../rivals/rival.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";
import { requireErased } from "../verify.ts";

const GOALS: Record<"total" | "longest" | "others", Goal> = {
  total: { atMost: 1.5 },
  longest: { atMost: 1000 },
  others: { atMost: 0 },
};

const JOB: Job = { shape: "content", way: "anonymize", batch: 500 };
const ROUNDS = 3;
/** Few: what is measured is the one. */
const USERS = 2_000;

interface Run {
  total: number;
  /** The longest of its statements, each of which is a transaction. */
  longest: number;
  subject: Probe;
  others: Probe;
}

/** Milliseconds of each call. */
type Erase = (sql: postgres.Sql, person: string) => Promise<number[]>;

const inSteps: Erase = async (sql, person) => {
  const times: number[] = [];
  const call = async (statement: () => Promise<unknown>) => times.push(await timed(statement));
  await call(async () => sql`select * from lethe.execute_due_deletions(500)`);
  const state = async () =>
    (await sql`select id, state from lethe.deletion_request where subject_id = ${person}`)[0];
  for (let found = await state(); found?.state !== "completed"; found = await state()) {
    if (found?.state === "executing") await call(() => step(sql, found.id));
    else await call(async () => sql`select * from lethe.execute_due_deletions(500)`);
  }
  return times;
};

/** As the worker does it: a step that a crash loses is done again, so only the last one waits for the disk. */
const step = (sql: postgres.Sql, request: string) =>
  sql.begin(async (tx) => {
    const [done] = await tx`select lethe.continue_deletion(${request}) as state`;
    if (done?.state === "executing") await tx`set local synchronous_commit = off`;
  });

/** Once more where a look at the subject held the row just then: SKIP LOCKED passes over it. */
const atOnce: Erase = async (sql, person) => {
  for (;;) {
    const time = await timed(() => byHand.erase(sql, [person], JOB));
    const left = await sql`select from users where id = ${person} and scheduled_deletion_at is not null`;
    if (left.length === 0) return [time];
  }
};

export const heavy: Comparison = {
  letter: "c",
  title: "one person with very many rows",
  run: async (context) => {
    const rounds = Math.min(ROUNDS, context.sizes.rounds);
    const sides = [await side(context, lethe, inSteps, rounds), await side(context, byHand, atOnce, rounds)];
    try {
      const [ours = [], theirs = []] = await interleave(
        rounds,
        sides.map(({ run }) => run),
      );
      return figuresOf(context, ours, theirs);
    } finally {
      for (const { close } of sides) await close();
    }
  },
};

function figuresOf({ sizes }: Context, ours: Run[], theirs: Run[]): Figure[] {
  const about = {
    case: `${sizes.heavyRows.toLocaleString("en")} events of one person`,
    against: "one statement",
  };
  const figure = (name: string, of: (run: Run) => number, goal?: Goal) =>
    compared({ ...about, goal }, name, ours.map(of), theirs.map(of));
  // Judged by themselves: beside one statement, anything is short.
  const alone = (made: Figure): Figure => ({ ...made, ratio: undefined });
  return [
    figure("total, ms", (run) => run.total, GOALS.total),
    alone(figure("longest statement, ms", (run) => run.longest, GOALS.longest)),
    alone(figure("longest time that a sign-in of the person waits, ms", (run) => run.subject.longest)),
    alone(figure("other people's rows found locked", (run) => run.others.refused, GOALS.others)),
    alone(figure("… looked for so often", (run) => run.others.asked)),
  ];
}

async function side({ server, sizes, log }: Context, rival: Rival, erase: Erase, rounds: number) {
  const name = `bench_heavy_${rival === lethe ? "lethe" : "by_hand"}`;
  const users = Math.min(USERS, sizes.contentUsers);
  const template = await stored(server, "content", users);
  const url = await server.create(name, template.database);
  const clients = [connect(url), connect(url), connect(url)];
  const [sql, first, second] = clients;
  if (sql === undefined || first === undefined || second === undefined) throw new Error("three clients");
  const persons = template.people.slice(0, rounds);
  const other = template.people[rounds] ?? "";
  for (const person of persons) await addEvents(sql, person, sizes.heavyRows, users);
  await sql`vacuum analyze`;
  await rival.install(sql, JOB);
  const run = async (): Promise<Run> => {
    const person = persons.shift() ?? "";
    await rival.schedule(sql, [person], JOB);
    await sql`vacuum`;
    await server.admin`checkpoint`;
    let times: number[] = [];
    const work = (async () => {
      times = await erase(sql, person);
    })();
    // What the foreign key of a new session asks for; and what somebody else's own change asks for.
    const [subject, others] = await Promise.all([
      probe(first, "select from users where id = $1 for key share nowait", [person], work),
      probe(
        second,
        "select from users u join events e on e.user_id = u.id where u.id = $1 for update nowait",
        [other],
        work,
      ),
      work,
    ]);
    await requireErased(sql, [person], { ...JOB, rival });
    const total = times.reduce((sum, time) => sum + time, 0);
    log(`${rival.name}: ${total.toFixed(0)} ms in ${times.length} statements`);
    return { total, longest: Math.max(...times), subject, others };
  };
  const close = async () => {
    await Promise.all(clients.map((client) => client.end({ timeout: 5 })));
    await server.drop(name);
  };
  return { run, close };
}

/** Between ten of theirs lies one of somebody else's. */
async function addEvents(sql: postgres.Sql, person: string, rows: number, users: number): Promise<void> {
  await sql.unsafe(
    `insert into events (user_id, name, payload, ip, created_at)
     select case when n % 11 = 0 then ${keyOf("(1 + n % $3)")} else $1::uuid end, 'view',
            jsonb_build_object('email', 'heavy@example.com', 'ip', '10.0.0.1', 'step', n), '10.0.0.1'::inet, now()
     from generate_series(1, $2::bigint) n`,
    [person, Math.round(rows * 1.1), users],
  );
}
