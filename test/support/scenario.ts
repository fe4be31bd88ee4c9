/**
 * What tests of the lifecycle do over and over: make a person, schedule, make due, execute, look at the request.
 * The functions are the SQL interface's own, called as its users call them.
 */
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { beforeAll } from "vitest";
import { type Database, useDatabase } from "./database.ts";
import { type Erasure, installLethe } from "./schema-case.ts";

export type Scheduled = { request_id: string; scheduled_for: Date; cancel_token: string };
export type Outcome = { executed: number; failed: number; blocked: number; remaining: string };
export type Terms = {
  strategy?: string | null;
  grace?: string | null;
  options?: postgres.JSONValue;
  reason?: string;
};

/** A key as tests hold it: a uuid or a number, which goes over as text and is cast by the function's own type. */
export type Key = string | number;

/** `schedule_deletion`, at once due with `grace: "0"`. */
export async function schedule(sql: postgres.Sql, person: Key, terms: Terms = {}): Promise<Scheduled> {
  const { strategy = null, grace = null, options = {}, reason = null } = terms;
  const [row] = await sql<Scheduled[]>`
    select * from lethe.schedule_deletion(${person}, ${strategy}, ${reason}, ${grace}::text::interval, ${sql.json(options)})
  `;
  if (!row) throw new Error("schedule_deletion returned nothing");
  return row;
}

/** Schedules and executes one person at once; the state reached. */
export async function erase(sql: postgres.Sql, person: Key, terms: Terms = {}): Promise<string> {
  await schedule(sql, person, { grace: "0", ...terms });
  return execute(sql, person);
}

export async function execute(sql: postgres.Sql, person: Key, early = false): Promise<string> {
  const [row] = await sql<{ state: string }[]>`select lethe.execute_deletion(${person}, ${early}) as state`;
  return row?.state ?? "";
}

export async function executeDue(sql: postgres.Sql, max = 500): Promise<Outcome> {
  const [row] = await sql<Outcome[]>`select * from lethe.execute_due_deletions(${max})`;
  if (!row) throw new Error("execute_due_deletions returned nothing");
  return row;
}

/** For a test that meddles with the schema to see what execution then does: without this, requests wait (LT009). */
export async function despiteDrift(sql: postgres.Sql): Promise<void> {
  await sql`update lethe.annotation set drift = 'warn'`;
}

/** As the owner may: lets the clock jump for one request. */
export async function makeDue(sql: postgres.Sql, request: string): Promise<void> {
  await sql`
    update lethe.deletion_request
    set scheduled_for = now() - interval '1 minute', next_attempt_at = null
    where id = ${request}
  `;
}

export type Request = {
  id: string;
  state: string;
  strategy: string;
  options: postgres.JSONValue;
  reason: string | null;
  requested_by: string;
  requested_at: Date;
  scheduled_for: Date;
  due_by: Date;
  executed_at: Date | null;
  completed_at: Date | null;
  cancelled_at: Date | null;
  attempts: number;
  next_attempt_at: Date | null;
  blocked_at: Date | null;
  last_error: string | null;
  preserved: postgres.JSONValue | null;
  cancel_token_hash: Buffer | null;
};

/** The person's latest request. */
export async function requestOf(sql: postgres.Sql, person: Key): Promise<Request> {
  const [row] = await sql<Request[]>`
    select * from lethe.deletion_request where subject_id::text = ${String(person)} order by id desc limit 1
  `;
  if (!row) throw new Error("the person has no request");
  return row;
}

export async function statusOf(sql: postgres.Sql, person: Key) {
  const [row] = await sql`select * from lethe.deletion_status(${person})`;
  if (!row) throw new Error("deletion_status returned nothing");
  return row;
}

export async function eventsOf(sql: postgres.Sql, request: string): Promise<string[]> {
  const rows = await sql<{ event: string }[]>`
    select event from lethe.deletion_event where request_id = ${request} order by seq
  `;
  return rows.map((row) => row.event);
}

/** A database with tables of one's own and Lethe on it; `schema` is SQL. */
export function useScenario(schema: string, erasure: Erasure): Database {
  const db = useDatabase("empty");
  beforeAll(async () => {
    await db.sql.unsafe(schema);
    await installLethe(db.sql, erasure);
  });
  return db;
}

/** A person of the reference application with one row in each table of signing in, and nothing else. */
export async function newPerson(sql: postgres.Sql, email = `${randomUUID()}@example.com`): Promise<string> {
  const [person] = await sql<{ id: string }[]>`
    insert into users (email, unconfirmed_email, hashed_password, name, display_name, birth_date)
    values (${email}, ${`next.${email}`}, 'hash', 'Ada', 'Ada L.', '1990-02-03')
    returning id
  `;
  if (!person) throw new Error("no person was made");
  const { id } = person;
  await sql`insert into accounts (user_id, provider, provider_account_id) values (${id}, 'google', ${id})`;
  await sql`insert into sessions (user_id, token) values (${id}, ${id})`;
  await sql`insert into user_tokens (user_id, context, token, sent_to) values (${id}, 'confirm', ${id}, ${email})`;
  await sql`insert into totp_credentials (user_id, secret) values (${id}, 'secret')`;
  await sql`insert into backup_codes (user_id, code_hash) values (${id}, 'code')`;
  return id;
}

/** Rows that refer to a person of the reference application. */
export async function rowsOf(
  sql: postgres.Sql,
  table: string,
  person: string,
  column = "user_id",
): Promise<number> {
  const rows = await sql`select from ${sql(table)} where ${sql(column)} = ${person}`;
  return rows.length;
}
