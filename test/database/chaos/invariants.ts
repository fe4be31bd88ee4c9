/**
 * What must be true of the reference application after any kind of trouble: nothing lost, nothing twice, nothing half done,
 * nobody else touched. People are those of the seed; LETHE_CHAOS multiplies their number (`npm run test:chaos`).
 */
import type postgres from "postgres";
import { expect } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { states } from "../worker/support.ts";

/** How many times as many people and rounds as in the suite. */
export const SCALE = Number(process.env.LETHE_CHAOS ?? 1);
/** For tests whose length grows with it, in milliseconds. */
export const PATIENCE = 120_000 * (1 + SCALE);

export interface People {
  leaving: string[];
  staying: string[];
}

/** Of so many seeded people, every third has something that blocks a deletion, and stays. */
export function peopleOf(users: number): People {
  const numbers = Array.from({ length: users }, (_, index) => index + 1);
  const keys = (stay: boolean) => numbers.filter((n) => (n % 3 === 0) === stay).map((n) => userId(n));
  return { leaving: keys(false), staying: keys(true) };
}

/** Everybody who is leaving has left: once, wholly, and with a log that holds; nobody else's row has changed. */
export async function everybodyLeftOnce(
  sql: postgres.Sql,
  { leaving, staying }: People,
  before: Record<string, string>,
): Promise<void> {
  expect(await states(sql)).toEqual({ completed: leaving.length });
  expect(await notAsRecorded(sql)).toEqual([]);
  await nobodyHalfErased(sql, leaving);
  const [residue] = await sql`select lethe.anonymize_residue(${leaving}::uuid[]) as left`;
  expect(residue?.left).toBeNull();
  await nothingRuns(sql);
  expect(await rowsOf(sql, staying)).toEqual(before);
}

/** Requests whose log or whose row doesn't say that they were executed and completed, once; with what is wrong. */
export async function notAsRecorded(sql: postgres.Sql): Promise<object[]> {
  const rows = await sql`
    select r.id, r.attempts, r.last_error, r.next_attempt_at, l.*
    from lethe.deletion_request r
    cross join lateral (
      select count(*) filter (where e.event = 'executed')::integer as executed,
             count(*) filter (where e.event = 'completed')::integer as completed,
             count(*) filter (where e.event = 'failed')::integer as failed
      from lethe.deletion_event e
      where e.request_id = r.id
    ) l
    where (l.executed, l.completed) is distinct from (1, 1)
      or l.failed <> r.attempts
      or r.last_error is not null
      or r.next_attempt_at is not null
      or r.preserved is not null
  `;
  const broken = await sql`select * from lethe.verify_events()`;
  return [...rows, ...broken];
}

/** Whoever is not executed has everything still; whoever is has nothing. Those who go in steps are in between. */
export async function nobodyHalfErased(sql: postgres.Sql, keys: string[]): Promise<void> {
  const half = await sql`
    select r.id, r.state, p.has
    from lethe.deletion_request r
    join users u on u.id = r.subject_id
    cross join lateral (
      select array[
        u.email like 'user-%',
        u.hashed_password is not null,
        exists (select from uploads t where t.user_id = u.id),
        exists (select from accounts t where t.user_id = u.id),
        exists (select from totp_credentials t where t.user_id = u.id),
        exists (select from comments t where t.author_id = u.id and t.body <> '[deleted]'),
        exists (select from events t where t.user_id = u.id and t.ip is not null)
      ] as has
    ) p
    where r.subject_id = any (${keys}::uuid[])
      and ((r.state in ('erased', 'completed') and true = any (p.has)) or (r.state = 'scheduled' and false = any (p.has)))
  `;
  expect([...half]).toEqual([]);
}

/** The marks of Lethe's own work, by which triggers know it, are gone with each transaction. */
export async function nothingRuns(sql: postgres.Sql): Promise<void> {
  expect(await sql`select from lethe.running`).toHaveLength(0);
  expect(await sql`select from lethe.erased_rows`).toHaveLength(0);
}

/** All rows of these people, as one hash a table. Of a message to somebody who left, what is the sender's. */
export async function rowsOf(sql: postgres.Sql, staying: string[]): Promise<Record<string, string>> {
  const [row] = await sql<Record<string, string>[]>`
    with people as (select unnest(${staying}::uuid[]) as id)
    select
      (select md5(string_agg(t::text, ';' order by t.id)) from users t join people p on p.id = t.id) as users,
      (select md5(string_agg(t::text, ';' order by t.id)) from accounts t join people p on p.id = t.user_id) as accounts,
      (select md5(string_agg(t::text, ';' order by t.id)) from sessions t join people p on p.id = t.user_id) as sessions,
      (select md5(string_agg(t::text, ';' order by t::text)) from totp_credentials t join people p on p.id = t.user_id) as totp,
      (select md5(string_agg(t::text, ';' order by t::text)) from collections t join people p on p.id = t.owner_id) as collections,
      (select md5(string_agg(t::text, ';' order by t::text)) from property_listings t join people p on p.id = t.creator_id) as listings,
      (select md5(string_agg(t::text, ';' order by t.id)) from comments t join people p on p.id = t.author_id) as comments,
      (select md5(string_agg(t::text, ';' order by t.id)) from invoices t join people p on p.id = t.user_id) as invoices,
      (select md5(string_agg(t::text, ';' order by t.id)) from uploads t join people p on p.id = t.user_id) as uploads,
      (select md5(string_agg(t::text, ';' order by t.id)) from events t join people p on p.id = t.user_id) as events,
      (select md5(string_agg(t.body, ';' order by t.id)) from messages t join people p on p.id = t.sender_id) as messages
  `;
  return { ...row };
}

/** The clock jumps: whatever waits for its next attempt may be tried now. Not what a worker holds. */
export async function theTimeOfRetries(sql: postgres.Sql): Promise<void> {
  const put = await sql`
    update lethe.deletion_request set next_attempt_at = now()
    where id = any (array(
      select id from lethe.deletion_request
      where state in ('scheduled', 'executing') and next_attempt_at > now()
      for update skip locked
    ))
    returning id
  `;
  if (put.length > 0) await sql`select pg_notify('lethe', '')`;
}
