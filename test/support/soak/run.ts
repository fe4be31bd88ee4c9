/**
 * The soak: people take random steps while workers execute what is due, and a model beside each person knows what must be
 * true. A person's steps come one after the other, so that the model can tell; people and workers run at the same time.
 */
import type postgres from "postgres";
import { sqlState } from "../schema-case.ts";
import { allowed, follow, type Person, STEPS, type Step } from "./model.ts";
import { take } from "./steps.ts";

export interface SoakOptions {
  people: number;
  /** Connections, each with people of its own. */
  lanes: number;
  workers: number;
  /** After so many steps in all, or after so long. */
  steps: number;
  milliseconds?: number;
  seed: number;
}

export interface SoakOutcome {
  steps: number;
  /** How often each step ended with each SQLSTATE. */
  seen: Map<string, number>;
  /** Steps that ended as the model says they can't. */
  surprises: string[];
  people: Person[];
  executed: number;
}

export async function soak(connect: () => Promise<postgres.Sql>, options: SoakOptions): Promise<SoakOutcome> {
  const { people: count, lanes, workers, seed } = options;
  const setup = await connect();
  await setup`
    insert into people select n, 'p' || n || '@example.com', 'Person ' || n, 'secret'
    from generate_series(1, ${count}::integer) n
  `;
  const people = Array.from({ length: count }, (_, index) => newcomer(index + 1));
  const outcome: SoakOutcome = { steps: 0, seen: new Map(), surprises: [], people, executed: 0 };
  const until = Date.now() + (options.milliseconds ?? Number.POSITIVE_INFINITY);
  const goesOn = () => outcome.steps < options.steps && Date.now() < until && outcome.surprises.length < 20;

  let working = true;
  const work = Array.from({ length: workers }, async () => {
    const sql = await connect();
    while (working) {
      const [done] = await sql`select * from lethe.execute_due_deletions(20)`;
      outcome.executed += Number(done?.executed);
      if (done?.failed > 0) outcome.surprises.push("an execution failed");
    }
  });
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const sql = await connect();
      const random = numbers(seed * 1_000 + lane);
      const own = people.filter((person) => person.id % lanes === lane);
      while (goesOn()) {
        const person = own[Math.floor(random() * own.length)] as Person;
        await step(sql, person, STEPS[Math.floor(random() * STEPS.length)] as Step, outcome);
      }
    }),
  );
  working = false;
  await Promise.all(work);
  await settle(setup, outcome);
  return outcome;
}

async function step(sql: postgres.Sql, person: Person, step: Step, outcome: SoakOutcome): Promise<void> {
  const n = ++outcome.steps;
  const expected = allowed(step, person);
  const code = await sqlState(take(sql, person, step, n));
  outcome.seen.set(`${step}: ${code}`, (outcome.seen.get(`${step}: ${code}`) ?? 0) + 1);
  if (!expected.includes(code)) {
    outcome.surprises.push(`step ${n}: ${step} of a person who is ${person.state} ended with ${code}`);
  }
  follow(person, step, code);
}

/** Everybody who is due is executed; whoever was still due in the model is gone then. */
async function settle(sql: postgres.Sql, outcome: SoakOutcome): Promise<void> {
  for (let idle = 0; idle < 2; ) {
    const [done] = await sql`select * from lethe.execute_due_deletions(500)`;
    outcome.executed += Number(done?.executed);
    idle = Number(done?.executed) === 0 ? idle + 1 : 0;
  }
  for (const person of outcome.people) if (person.state === "due") person.state = "gone";
}

function newcomer(id: number): Person {
  const nothing = { posts: 0, visits: 0, sessions: 0, passkeys: 0, schedules: 0 };
  return { id, state: "live", token: "none yet", name: `Person ${id}`, ...nothing };
}

/** The same numbers from 0 to 1 for the same seed (a linear congruential generator is random enough here). */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) % 4_294_967_296;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
