/** A dry run's answer as data and as text, and how long the real run would take. */
import { section } from "./table.ts";

export interface Explained {
  /** Null where neither a request nor the caller names one and the role may not see the annotation's. */
  strategy: string | null;
  status: string;
  scheduledFor: string | null;
  operations: { table: string; action: string; rows: number; reason: string }[];
  remaining: { table: string; rows: number; basis: string }[];
  blockers: { code: string; message: string; count: number; blocking: boolean }[];
  /** Why the annotation refuses this row; null where it doesn't, left out where the role may not ask. */
  refused?: string | null;
  estimate: Estimate;
}

export interface Estimate {
  seconds: number;
  /** Rows that change or go. */
  rows: number;
}

/**
 * A model, not a measurement of this database: a statement costs its round and look-up, a row its page and its WAL.
 * Deleting marks a row; changing one writes it anew. What depends on the disk, on triggers and on missing indexes isn't in it.
 */
const SECONDS = { transaction: 0.02, statement: 0.001, delete: 1 / 100_000, change: 1 / 30_000 };

export function estimate(operations: { action: string; rows: number }[]): Estimate {
  // Effects are delivered afterwards.
  const statements = operations.filter((each) => each.action !== "effect");
  const touched = statements.filter((each) => each.rows > 0);
  const seconds = touched.reduce(
    (sum, { action, rows }) => sum + rows * (action === "delete" ? SECONDS.delete : SECONDS.change),
    SECONDS.transaction + statements.length * SECONDS.statement,
  );
  return {
    seconds: Math.round(seconds * 100) / 100,
    rows: touched.reduce((sum, each) => sum + each.rows, 0),
  };
}

export function renderExplained(explained: Explained): string {
  const { operations, remaining, blockers, refused } = explained;
  const acting = operations.filter((each) => each.rows > 0);
  const blocking = blockers.filter((each) => each.blocking);
  const counted = blockers.filter((each) => !each.blocking);
  const found = (list: Explained["blockers"]) =>
    list.map(({ code, message, count }) => [code, message, count]);
  return [
    `strategy: ${explained.strategy ?? "the annotation's first"}`,
    `status: ${explained.status}${explained.status === "scheduled" ? `, due ${explained.scheduledFor}` : ""}`,
    ...(refused ? [`refused: ${refused}`] : []),
    ...(refused === undefined ? ["refused: only the owner of Lethe's schema can tell"] : []),
    "",
    section("in the way", ["code", "why", "count"], found(blocking), "nothing"),
    ...(counted.length === 0
      ? []
      : [section("only counted", ["code", "what", "count"], found(counted), "nothing")]),
    "",
    section(
      "would happen",
      ["table", "action", "rows", "why"],
      acting.map((each) => [each.table, each.action, each.rows, each.reason]),
      "nothing",
    ),
    "",
    section(
      "would stay as it is, or for a time",
      ["table", "rows", "on what basis"],
      remaining.map((each) => [each.table, each.rows, each.basis]),
      "nothing",
    ),
    "",
    `estimated time: ${duration(explained.estimate.seconds)} for ${explained.estimate.rows.toLocaleString("en-US")} rows`,
    "  (by 100,000 rows deleted or 30,000 changed a second; triggers, slow disks and missing indexes take longer)",
  ].join("\n");
}

function duration(seconds: number): string {
  if (seconds < 1) return "under a second";
  if (seconds < 120) return `about ${Math.ceil(seconds)} seconds`;
  return `about ${Math.ceil(seconds / 60)} minutes`;
}
