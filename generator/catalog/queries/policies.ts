/** Reads the row security policies of many tables at once. */
import type { Policy } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  name: string;
  permissive: boolean;
  command: Policy["command"];
  roles: string[];
  using_expression: string | null;
  check_expression: string | null;
  own: string;
}

export async function readPolicies(
  tx: Reading,
  relations: string,
  isOwn: IsOwn,
): Promise<Map<string, Policy[]>> {
  const rows = await runQuery<Row>(tx, "policies.sql", relations);
  return groupByRelation(
    rows,
    (row) => isOwn(row.own),
    (row) => ({
      name: row.name,
      permissive: row.permissive,
      command: row.command,
      roles: row.roles,
      using: row.using_expression,
      check: row.check_expression,
    }),
  );
}
