/**
 * What `lethe init` proposes, as data: one entry a table, each guess with its reason, each doubt as a question.
 * `to-annotation.ts` turns it into what the planner reads, `render.ts` into the file that a person reads.
 */
import type { ColumnRule, Owner, Rows, Rule, Strategy } from "../annotation/model.ts";

/** Sections of the file, in this order. */
export const GROUPS = {
  people: "People",
  session: "Signing in: sessions and tokens, deleted as soon as a deletion is scheduled",
  credential: "Signing in: accounts at providers, keys",
  mfa: "Signing in: second factors",
  content: "What people made, and what is about them",
  own: "Rows that mean nothing without their person",
  acted: "Rows that somebody only had a hand in",
  money: "What the law may want kept",
  shared: "What other people's rows depend on",
  unplaced: "Not placed: somebody has to say what these are",
} as const;
export type Group = keyof typeof GROUPS;

export interface ColumnDraft {
  column: string;
  rule: ColumnRule;
  /** Why; null where the name and the type say nothing of a person. */
  why: string | null;
}

export interface RuleDraft {
  /** Without columns: those are the table's. */
  rule: Rule;
  why: string;
  /** Other things that may become of the rows, tried in order where the planner refuses the first. */
  instead: (Rows | { anonymize: Rows; hard_delete: Rows })[];
}

export interface TableDraft {
  /** In the catalog: `schema.table`. */
  table: string;
  /** In the annotation. */
  key: string;
  group: Group;
  /** What the class was read from. */
  why: string;
  /** The question, where a person must decide about the table; rules and columns are then only an example. */
  todo: string | null;
  rules: RuleDraft[];
  columns: ColumnDraft[];
  /** What to do besides: indexes to create, triggers to read. */
  notes: string[];
}

export interface SubjectDraft {
  table: string;
  key: string;
  column: string;
  columns: ColumnDraft[];
  marks: { deletedAt?: string; scheduledFor?: string } | null;
  notes: string[];
}

export interface Draft {
  subject: SubjectDraft;
  strategies: Strategy[];
  /** Why a strategy is missing. */
  strategyNote: string | null;
  tables: TableDraft[];
  /** Tables that nothing leads to, in the order of the catalog. */
  unreached: string[];
  /** Statements for indexes that the erasure needs. */
  indexes: string[];
  /** What the planner still says and only a person can settle: `code subject: message`. */
  remaining: string[];
}

/** One way in which the rows of a table lead to a person. */
export interface Link {
  by: "foreign key" | "name and type" | "pair";
  owner: Owner;
  /** The columns of the table that say it. */
  columns: string[];
  nullable: boolean;
  onDelete: string | null;
  role: Role;
  why: string;
}

/** How close the person is to the row: whose it is, who takes part, or who only acted on it. */
export type Role = "self" | "maker" | "party" | "actor";
