/** A way of erasing people. Each gets a copy of the application's database of its own. */
import type postgres from "postgres";
import type { Shape } from "../application/tables.ts";

export type Way = "anonymize" | "hard_delete";

export interface Job {
  shape: Shape;
  way: Way;
  /** People a transaction, where the rival knows batches. */
  batch: number;
}

export interface Rival {
  name: string;
  /** Puts into the database what it needs beside the application. */
  install(sql: postgres.Sql, job: Job): Promise<void>;
  /** Makes these people due, with everything of theirs still there. Not measured. */
  schedule(sql: postgres.Sql, people: string[], job: Job): Promise<void>;
  /** Erases whom `schedule` made due: what is measured. */
  erase(sql: postgres.Sql, people: string[], job: Job): Promise<void>;
}
