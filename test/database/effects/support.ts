/** What tests of effects do over and over: write one, claim, finish, look. */
import type postgres from "postgres";
import { newPerson, schedule } from "../../support/scenario.ts";

export interface Claimed {
  effect_id: string;
  request_id: string;
  name: string;
  at: string;
  payload: postgres.JSONValue;
  idempotency_key: string;
  attempt: number;
}

export interface Effect {
  id: string;
  request_id: string;
  name: string;
  handler: string;
  at: string;
  state: string;
  after: string[];
  required: boolean;
  payload: postgres.JSONValue | null;
  idempotency_key: string;
  deliver_after: Date;
  next_attempt_at: Date | null;
  attempts: number;
  failures: number;
  withdrawn: boolean;
  last_error: string | null;
  receipt: postgres.JSONValue | null;
  finished_at: Date | null;
}

/** An effect by hand, as the emitted procedures write them. */
export async function addEffect(
  sql: postgres.Sql,
  request: string,
  more: Partial<Pick<Effect, "name" | "handler" | "at" | "after" | "required">> = {},
): Promise<string> {
  const { name = "avatar", handler = "blob", at = "execute", after = [], required = false } = more;
  const [row] = await sql<{ id: string }[]>`
    insert into lethe.effect (request_id, name, handler, at, after, required, payload)
    values (${request}, ${name}, ${handler}, ${at}, ${after}, ${required}, '{"url": "https://cdn.example.com/ada.png"}')
    returning id
  `;
  if (!row) throw new Error("no effect was made");
  if (after.length > 0) await sql`select lethe.hold_effects(array[${request}]::bigint[])`;
  return row.id;
}

/** A request that is scheduled; of somebody new of the reference application. */
export async function newRequest(sql: postgres.Sql): Promise<string> {
  return (await schedule(sql, await newPerson(sql))).request_id;
}

export async function claim(
  sql: postgres.Sql,
  handler = "blob",
  max = 100,
  lease = "5 minutes",
): Promise<Claimed[]> {
  return await sql<Claimed[]>`
    select * from lethe.claim_effects(${handler}, ${max}, ${lease}::text::interval) order by effect_id
  `;
}

export async function finish(
  sql: postgres.Sql,
  claimed: Pick<Claimed, "effect_id" | "attempt">[],
  outcome: { state: string; code?: string; retry_after_ms?: number; receipt?: postgres.JSONValue },
): Promise<number> {
  const results = claimed.map((each) => ({ effect: each.effect_id, attempt: each.attempt, ...outcome }));
  const [row] = await sql<{ taken: number }[]>`select lethe.finish_effects(${sql.json(results)}) as taken`;
  return row?.taken ?? -1;
}

export async function effectOf(sql: postgres.Sql, id: string): Promise<Effect> {
  const [row] = await sql<Effect[]>`select * from lethe.effect where id = ${id}`;
  if (!row) throw new Error("there is no such effect");
  return row;
}

export async function effectsOf(sql: postgres.Sql, request: string): Promise<Effect[]> {
  return await sql<Effect[]>`select * from lethe.effect where request_id = ${request} order by id`;
}

/** As the owner may: lets the clock jump for one effect. */
export async function passTime(sql: postgres.Sql, effect: string): Promise<void> {
  await sql`update lethe.effect set next_attempt_at = now() - interval '1 second' where id = ${effect}`;
}

export async function dueOf(sql: postgres.Sql): Promise<Record<string, number>> {
  const rows = await sql<{ handler: string; due: string }[]>`select * from lethe.due_effects()`;
  return Object.fromEntries(rows.map(({ handler, due }) => [handler, Number(due)]));
}
