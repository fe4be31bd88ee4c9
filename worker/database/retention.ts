/** What is kept for a time, as the worker asks for it. */
import type { TaskContext } from "../context.ts";
import type { Client } from "../transaction.ts";

/** How many rows went. */
export async function purgeRetained({ schema }: TaskContext, client: Client, max: number): Promise<number> {
  const { rows } = await client.query<{ purged: string }>(`select ${schema}.purge_retained($1) as purged`, [
    max,
  ]);
  return Number(rows[0]?.purged ?? 0);
}

export async function purgeDue({ schema }: TaskContext, client: Client): Promise<boolean> {
  const { rows } = await client.query<{ due: boolean }>(`select ${schema}.purge_due() as due`);
  return rows[0]?.due === true;
}

export interface RetainedCount {
  table: string;
  rows: number;
  /** Their time is over, and something keeps them. */
  failing: number;
}

export async function retainedCounts({ schema }: TaskContext, client: Client): Promise<RetainedCount[]> {
  const { rows } = await client.query<RetainedCount>(
    `select table_name as "table", sum(rows)::float8 as rows, sum(failing)::float8 as failing
     from ${schema}.retained_rows
     group by table_name
     order by table_name`,
  );
  return rows;
}
