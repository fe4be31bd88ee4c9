/** Reads the views, with what each of them reads. */
import type { View } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import { type Reading, runQuery } from "./run.ts";

interface Row {
  schema: string;
  name: string;
  materialized: boolean;
  security_invoker: boolean;
  reads: string[] | null;
  own: string;
}

export async function readViews(tx: Reading, letheSchema: string, isOwn: IsOwn): Promise<View[]> {
  const rows = await runQuery<Row>(tx, "views.sql", letheSchema);
  return rows
    .filter((row) => !isOwn(row.own))
    .map((row) => ({
      name: `${row.schema}.${row.name}`,
      schema: row.schema,
      view: row.name,
      materialized: row.materialized,
      securityInvoker: row.security_invoker,
      reads: row.reads ?? [],
    }));
}
