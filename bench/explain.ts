/** What the server itself says that a statement took: without the client and the way there. */
import type postgres from "postgres";

export interface Explained {
  /** Milliseconds of execution, without planning. */
  time: number;
  /** Pages looked at, from the cache or not. */
  buffers: number;
}

interface PlanText {
  "Execution Time": number;
  Plan: { "Shared Hit Blocks": number; "Shared Read Blocks": number };
}

export async function explain(sql: postgres.Sql, statement: string): Promise<Explained> {
  const [row] = await sql.unsafe<{ "QUERY PLAN": PlanText[] }[]>(
    `explain (analyze, buffers, timing off, format json) ${statement}`,
  );
  const plan = row?.["QUERY PLAN"][0];
  if (plan === undefined) throw new Error("no plan");
  return {
    time: plan["Execution Time"],
    buffers: plan.Plan["Shared Hit Blocks"] + plan.Plan["Shared Read Blocks"],
  };
}
