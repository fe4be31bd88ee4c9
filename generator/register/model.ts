/** The record of processing (GDPR Art. 30) as data: what the annotation says of every table, in words for a reader. */
import type { EffectTime, Strategy } from "../annotation/model.ts";

export interface Register {
  version: 1;
  subject: { table: string; key: string };
  lifecycle: { strategies: Strategy[]; gracePeriod: string; cancelCooldown: string; options: string[] };
  coverage: Coverage;
  /** Nothing leaves the database by Lethe but to these. */
  recipients: Recipient[];
  /** The application's own SQL, in words. */
  steps: { step: string; when: string; why: string }[];
  tables: RegisteredTable[];
  /** Tables that hold nothing of anybody's, or stay as they are, with the reason given. */
  untouched: { table: string; class: "unrelated" | "keep"; reason: string }[];
  /** Tables about which a question is open, or that the annotation doesn't mention. */
  open: { table: string; question: string | null }[];
}

/** A handler: who it is outside is told by its name in lethe.effects.ts. */
export interface Recipient {
  recipient: string;
  effects: { effect: string; at: EffectTime; values: string[] }[];
}

export interface Coverage {
  tables: Figures;
  columns: Figures;
}

export interface Figures {
  total: number;
  decided: number;
  /** A todo() is left. */
  open: number;
  /** Neither: nothing leads from there to a person, as far as the checks can tell. */
  unmentioned: number;
}

export interface RegisteredTable {
  table: string;
  class: string;
  rules: RegisteredRule[];
  columns: Record<Category, RegisteredColumn[]>;
  /** Effects that take values of its columns out of the database. */
  effects: string[];
}

export type Category =
  | "personal"
  | "secret"
  | "second factor"
  | "state"
  | "not personal"
  | "key"
  | "open"
  | "with the row";

export interface RegisteredColumn {
  column: string;
  /** What becomes of it where its row stays; or the reason why it may stay. */
  note: string | null;
}

/** One way in which rows are a person's, and what happens to them. */
export interface RegisteredRule {
  class: string;
  /** How the rows are found, in words. */
  rows: string;
  /** Why they are kept beyond the person's account, and how long. */
  retention: { basis: string; for: string; since: string } | null;
  atSchedule: string;
  /** By strategy; allowed ones only. */
  atExecution: Partial<Record<Strategy, string>>;
}
