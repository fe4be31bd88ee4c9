/**
 * Ordinary traffic, in a process of its own: connections that sign people in, read posts and write events, as pgbench
 * does. Forked with the database's URL, the number of connections and, where it isn't to be as much as goes, how many
 * transactions a second all of them make. Any message is answered with what happened since the last one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "../measure.ts";
import { connect } from "../server.ts";

export interface Traffic {
  /** Transactions a second. */
  rate: number;
  /** Milliseconds; under a fixed rate counted from when it was to begin, so that a jam isn't overlooked. */
  p50: number;
  p99: number;
  failed: number;
}

const [url = "", connections = "1", target = "0"] = process.argv.slice(2);
const pause = Number(target) > 0 ? (1000 * Number(connections)) / Number(target) : 0;
/** Whoever waits longer goes away: a jam ends with its cause. Milliseconds. */
const LATE = 1000;
let times: number[] = [];
let failed = 0;
let since = performance.now();

async function client(): Promise<never> {
  const sql = connect(url);
  // From the other end than those who are to be erased: who waits for a deletion isn't at work here any more.
  const people = await sql<{ id: string; email: string }[]>`
    select id, email from users where deleted_at is null
    order by md5(id::text) desc limit least(2000, (select count(*) / 4 from users))
  `;
  let due = performance.now() + Math.random() * pause;
  for (let turn = 0; ; turn++) {
    const person = people[Math.floor(Math.random() * people.length)];
    if (person === undefined) throw new Error("nobody is stored");
    if (pause > 0) await sleep(Math.max(0, due - performance.now()));
    const start = pause > 0 ? due : performance.now();
    due = Math.max(due + pause, performance.now() - LATE);
    try {
      if (turn % 4 === 0) await signIn(sql, person);
      else if (turn % 4 === 1)
        await sql`insert into events (user_id, name, payload, ip, created_at)
          values (${person.id}, 'view', '{"step": 1}', '10.0.0.1', now())`;
      else
        await sql`select id, title from posts where author_id = ${person.id} order by created_at desc limit 20`;
    } catch {
      failed++;
    }
    times.push(performance.now() - start);
  }
}

async function signIn(sql: ReturnType<typeof connect>, person: { email: string }): Promise<void> {
  const [user] = await sql`
    select id, hashed_password from users where email = ${person.email} and deleted_at is null
  `;
  if (user === undefined) return;
  await sql`insert into sessions (id, user_id, token, ip, expires_at)
    values (gen_random_uuid(), ${user.id}, gen_random_uuid()::text, '10.0.0.1', now() + interval '30 days')`;
}

process.on("message", () => {
  const seconds = (performance.now() - since) / 1000;
  const traffic: Traffic = {
    rate: times.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failed,
  };
  times = [];
  failed = 0;
  since = performance.now();
  process.send?.(traffic);
});
process.on("disconnect", () => process.exit());
for (let n = 0; n < Number(connections); n++) void client();
