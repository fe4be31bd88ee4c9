/**
 * The plan: an annotation resolved against a catalog. Pure data, no SQL text but the author's own fragments;
 * `emit/` is the only place that turns it into SQL. Arrays are in the order in which things happen.
 */
import type {
  Access,
  AnnotationPath,
  Lifecycle,
  Reassign,
  Sql,
  Strategy,
  Transform,
} from "../annotation/model.ts";
import type { EffectPlan } from "./effects.ts";
import type { ExportPlan } from "./exports.ts";
import type { RetentionPlan } from "./retention.ts";
import type { StepPlan } from "./steps.ts";

export interface TableRef {
  schema: string;
  table: string;
  /** schema.table, unquoted */
  name: string;
}

/** The subject's key, as functions take it. */
export interface KeyPlan {
  column: string;
  /** SQL type without modifier, e.g. "uuid", "bigint", "text", "bpchar". */
  type: string;
}

/** A column of the subject that says that somebody is leaving or gone. */
export type MarkColumn =
  | {
      holds: "time";
      column: string;
      type: "timestamp with time zone" | "timestamp without time zone" | "date";
      /** False where the application had the column already. */
      add: boolean;
    }
  | {
      holds: "value";
      column: string;
      /** Full SQL type, to put the original back. */
      type: string;
      baseType: string;
      notNull: boolean;
      deleted: string | number | boolean;
      /** Another value during grace; null where it is the same. */
      scheduled: string | number | boolean | null;
    };

export type TimeMark = Extract<MarkColumn, { holds: "time" }>;

/** Where it is written who is leaving or gone. */
export type MarksPlan =
  | {
      place: "columns";
      deleted: MarkColumn;
      /** Null where the row doesn't tell grace from what comes after it by a column of its own. */
      scheduled: TimeMark | null;
      legacy: "leave" | "erase";
    }
  | {
      /** `lethe.mark`: the subject's table belongs to somebody else. */
      place: "table";
      /** A column to write unchanged, so that the row's version is new; null where there is none. */
      touch: string | null;
      legacy: "leave";
    };

/** One column of a surviving row that changes. */
export interface ColumnChange {
  column: string;
  /** Full SQL type, for casts. */
  type: string;
  baseType: string;
  notNull: boolean;
  transform: Transform;
  personal: boolean;
  secret: boolean;
  mfa: boolean;
  unless: Sql | null;
}

/** Requests that carry, or do not carry, an option. */
export interface OptionTest {
  option: string;
  is: boolean;
}

/** How rows of a table are found from an array of subject keys. */
export type OwnerPlan =
  | {
      by: "column";
      column: string;
      /** Array element type to cast the keys to; null where the types compare as they are. */
      cast: string | null;
    }
  | { by: "via"; parent: TableRef; columns: string[]; references: string[]; arms: OwnedRows[] }
  | { by: "polymorphic"; type: string; id: string; value: string; cast: string | null }
  | { by: "sql"; expression: Sql }
  | MatchOwner
  | ReferencedBy;

/**
 * Rows that rows of theirs point at. Their keys are written down before those go; what nothing points at any more once
 * they are gone is erased.
 */
export interface ReferencedBy {
  by: "referenced_by";
  /** The table that points, or the subject. */
  child: TableRef;
  columns: string[];
  references: string[];
  /** Of the references, to have them back from JSON. */
  types: string[];
  /** Whose the pointing rows are. */
  arms: OwnedRows[];
  /** Every foreign key that leads to the table. */
  referrers: Referrer[];
  /** The table's other rules that claim rows: what is somebody else's by one of them isn't touched. */
  claims: OwnedRows[];
  /** Keys that are nobody's though they stand in owner columns. */
  ghosts: (string | number)[];
  key: KeyPlan;
}

export interface Referrer {
  table: TableRef;
  columns: string[];
  references: string[];
  /** Rows that don't count in a dry run: the strategy takes them away. For an export: the person's own. */
  released: OwnedRows[];
}

export interface MatchOwner {
  by: "match";
  column: string;
  /** Array element type that the values are cast to; null where the types compare as they are. */
  cast: string | null;
  /** Schema of the equality operator, where it belongs to an extension's type. */
  operatorSchema: string | null;
  /** What must be equal too, in the order of the value's own. */
  and: { column: string; cast: string | null }[];
  value: MatchedValue;
}

/** A value of the subject's row by which rows of other tables are found; kept by the request, for the row loses it. */
export interface MatchedValue {
  /** Of the function that yields it, and of its place among what the request keeps. */
  name: string;
  of: { column: string } | { sql: Sql };
  baseType: string;
  if: Sql;
  /** Columns of the subject's row that are kept beside it. */
  and: { column: string; baseType: string }[];
}

/** Rows of one table that belong to subjects in one way. */
export interface OwnedRows {
  owner: OwnerPlan;
  where: Sql | null;
  option: OptionTest | null;
}

export interface ReassignPlan {
  to: { ghostKey: string | number } | { sql: Sql };
  column: string;
  orElse: Reassign["orElse"];
  onConflict: Reassign["onConflict"];
  /** Every unique index in which a change of owner may collide. */
  uniques: { others: string[]; nullsNotDistinct: boolean }[];
}

/** One statement over one table: what a rule does under one strategy. */
export interface Operation {
  table: TableRef;
  /** The table's own single-column key, for templates with {key}; null where it has none. */
  rowKey: string | null;
  action: "delete" | "transform" | "detach" | "reassign";
  rows: OwnedRows;
  /** For transform, and beside detach and reassign. */
  changes: ColumnChange[];
  /** For detach: the owner's columns set to null. */
  detach: string[];
  reassign: ReassignPlan | null;
  class: "part" | "session" | "credential" | "mfa" | "content" | "retain";
  /** Rows of one subject beyond which the operation goes in chunks; null never. */
  heavy: number | null;
  /** For explain: why this happens, e.g. "content: owner author_id". */
  reason: string;
  path: AnnotationPath;
}

export interface BlockerPlan {
  table: TableRef;
  code: string;
  message: string;
  blocking: boolean;
  rows: OwnedRows;
  path: AnnotationPath;
}

/** A table on which a marked person gets no new row. */
export interface GuardPlan {
  table: TableRef;
  rows: OwnedRows[];
}

export interface HidingPlan {
  table: TableRef;
  columns: string[];
  view: TableRef | null;
  rls: "hide" | "restrict" | null;
  /** Owners whose hiding hides the row. */
  owners: OwnerPlan[];
}

export interface SuspensionPlan {
  table: TableRef;
  rows: OwnedRows;
  /** Columns that are copied back on cancel (generated ones left out). */
  columns: string[];
  /** An always-identity column needs OVERRIDING SYSTEM VALUE. */
  overridesIdentity: boolean;
}

/** A table whose rows are the people themselves: the subject's own, or a part. */
export interface PersonTable {
  table: TableRef;
  rows: OwnedRows;
  /** What becomes of the row under each strategy that keeps it. */
  changes: { anonymize: ColumnChange[]; soft_delete: ColumnChange[] };
  /**
   * Columns by which rows of other tables are found or point here, and that no foreign key carries along: in an erasure
   * in steps they change last.
   */
  heldBack: string[];
  /** Columns transformed when the deletion is scheduled. */
  atSchedule: ColumnChange[];
  /** Columns whose originals are kept while the person may come back. */
  preserve: { column: string; type: string }[];
  /** Personal and secret columns: no write brings them back on a finalised row. */
  frozen: { column: string; type: string; baseType: string }[];
  /** Columns that take the placeholder e-mail. */
  emailColumns: string[];
}

export interface SubjectPlan extends PersonTable {
  columns: string[];
  marks: MarksPlan;
  /** Columns that lose their value at schedule and that an effect needs later on: kept for it, and not put back. */
  captured: { column: string; type: string }[];
  refuse: { where: Sql; message: string }[];
  view: TableRef | null;
  rls: "hide" | "restrict" | null;
}

export interface GhostPlan {
  name: string;
  key: string | number;
  values: Record<string, string | number | boolean | null>;
}

/** What `lethe.drift` compares the database with, beyond the columns. */
export interface DriftPlan {
  /** By the table's name; a table that isn't here is touched by no strategy. */
  tables: Record<string, TouchedTable>;
  objects: {
    table: string;
    kind: "foreign key" | "trigger" | "index" | "unique index";
    name: string;
    expected: string;
  }[];
}

/** Strategies that touch a table, that remove rows of it, and that leave a person's rows there. */
export interface TouchedTable {
  strategies: Strategy[];
  removes: Strategy[];
  survives: Strategy[];
}

/** A decided table and its columns, as the database must have them when the migration runs. */
export interface DecidedTable {
  table: TableRef;
  class: string;
  columns: { column: string; type: string; notNull: boolean; decision: string; personal: boolean }[];
}

export interface Plan {
  schema: string;
  /** sha256 over annotation and catalog, hex. */
  annotationHash: string;
  key: KeyPlan;
  subject: SubjectPlan;
  /** Tables with a second row of the same people. */
  parts: PersonTable[];
  lifecycle: Lifecycle;
  options: Record<string, boolean>;
  access: Access;
  /** Every table that any operation touches, children before parents, the subject not among them. */
  order: TableRef[];
  /** For each strategy the statements in their order (those of parts among them); the subject's own row comes after them. */
  operations: Record<Strategy, Operation[]>;
  /** What a schedule does beside the subject's own row: sessions and tokens go, columns of parts change. */
  atSchedule: Operation[];
  suspensions: SuspensionPlan[];
  /** Rows that are purged when their time is over; those that refer to others before those. */
  retentions: RetentionPlan[];
  blockers: BlockerPlan[];
  guards: GuardPlan[];
  hiding: HidingPlan[];
  ghosts: GhostPlan[];
  /** The application's own, in the order in which they run. */
  steps: StepPlan[];
  matches: MatchedValue[];
  /** Work outside the database; those that others wait for before them. */
  effects: EffectPlan[];
  /** Tables with more than one rule, in `order`'s order: two workers could lock their rows crosswise. */
  crosswise: TableRef[];
  decided: DecidedTable[];
  drift: DriftPlan;
  /** What is shown to a person who asks for their data; sorted by table. */
  exports: ExportPlan[];
}
