/** Reads the triggers of many tables at once, and what they call. */
import type { Trigger } from "../model.ts";
import type { IsOwn } from "../own-objects.ts";
import { triggerCondition } from "../trigger-condition.ts";
import { groupByRelation, type Reading, runQuery } from "./run.ts";

interface Row {
  relation: string;
  name: string;
  type: number;
  update_of: string[] | null;
  function: string;
  function_hash: string;
  writes: string[] | null;
  enabled: boolean;
  /** Only where the trigger has a condition. */
  definition: string | null;
  own: string;
}

/** The bits of pg_trigger.tgtype, from catalog/pg_trigger.h. */
const bits = { row: 1, before: 2, insert: 4, delete: 8, update: 16, truncate: 32, instead: 64 } as const;

const events = ["insert", "update", "delete", "truncate"] as const;

export async function readTriggers(
  tx: Reading,
  relations: string,
  isOwn: IsOwn,
): Promise<Map<string, Trigger[]>> {
  const rows = await runQuery<Row>(tx, "triggers.sql", relations);
  return groupByRelation(rows, (row) => isOwn(row.own), toTrigger);
}

function toTrigger(row: Row): Trigger {
  const has = (bit: keyof typeof bits) => (row.type & bits[bit]) !== 0;
  return {
    name: row.name,
    timing: has("before") ? "before" : has("instead") ? "instead of" : "after",
    events: events.filter(has),
    updateOf: row.update_of ?? [],
    level: has("row") ? "row" : "statement",
    function: row.function,
    functionHash: row.function_hash,
    writes: row.writes ?? [],
    enabled: row.enabled,
    when: row.definition === null ? null : triggerCondition(row.definition),
  };
}
