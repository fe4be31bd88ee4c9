/** What was written for people after their erasure, as the worker asks for it. */
import type { TaskContext } from "../context.ts";
import type { Client } from "../transaction.ts";

/** Where the next look goes on. Times as text: a Date would cut microseconds off, and look at requests twice or never. */
export interface Place {
  after: string;
  request: string;
  upto: string;
}

export interface Look {
  looked: number;
  /** Requests that are executing again. */
  found: number;
  next: Place;
}

/** The last two days, so that the look of each day meets every request twice. */
export async function lastDays(client: Client): Promise<Place> {
  const { rows } = await client.query<Place>(
    `select (now() - interval '48 hours')::text as after, '0' as request, now()::text as upto`,
  );
  return rows[0] as Place;
}

export async function residueAfter(
  { schema }: TaskContext,
  client: Client,
  { after, request, upto }: Place,
  max: number,
): Promise<Look> {
  const { rows } = await client.query<{ looked: number; found: number; after: string; request: string }>(
    `select looked, found, last_executed::text as after, last_request::text as request
     from ${schema}.residue_after($1, $2, $3, $4)`,
    [after, request, upto, max],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("residue_after() returned nothing");
  return { looked: row.looked, found: row.found, next: { after: row.after, request: row.request, upto } };
}
