/**
 * What the builders accept and return: friendlier than the normalised model (an owner may be a column's name, a
 * table with one rule needs no `rules` array). `normalise.ts` turns it into the model that the planner reads.
 */
import type {
  Acknowledgement,
  ColumnOptions,
  EffectTime,
  Hiding,
  Marks,
  Owner,
  Reassign,
  RowAction,
  Sql,
  Step,
  Strategy,
  Transform,
  Waiver,
} from "./model.ts";

/** The result of `keep()`. It fits a column; with a reason it fits a table too. */
export interface Keep {
  class: "keep";
  action: "keep";
  reason?: string;
}
/** The result of `keep("why")`. */
export interface KeepWithReason extends Keep {
  reason: string;
}
/** The result of `todo()`: a place that `lethe sync` found and a person has to decide. */
export interface Todo {
  class: "todo";
  action: "todo";
  question: string;
}
export type TransformInput = Transform & ColumnOptions;
export type ColumnInput = Keep | Todo | TransformInput;
export type ColumnsInput = Record<string, ColumnInput>;

/** A column's name, or `via(…)`, `referencedBy(…)`, `polymorphic(…)`, `match(…)`, `ownerSql(…)`. */
export type OwnerInput = string | Owner;
export type RowsInput = RowAction | Reassign;

export interface RuleInput {
  /** How the rows of a person are found: a column's name, `via(…)`, `polymorphic(…)` or `ownerSql(…)`. Default: the table's only foreign key to the subject. */
  owner?: OwnerInput;
  /** An SQL condition that narrows the rule; `t` is the row. */
  where?: Sql;
  /** The rule holds only for requests that carry this option. */
  when?: string;
  /** The rule holds only for requests without this option. */
  unless?: string;
  /** What becomes of the columns of rows that stay. */
  columns?: ColumnsInput;
}

/** Settings of the table as a whole; with a single rule they are written on the rule. */
export interface TableSettings extends Hiding {
  /** Triggers of the application that fire during erasure, each read and accepted with `ack("why")`. */
  triggers?: Record<string, Acknowledgement>;
  /** Findings about the table that somebody has read and accepts: `accept("L025", "why", "author_id")`. */
  accept?: Waiver[];
}

export interface PartInput extends TableSettings {
  /** The column that holds the person's key; it must be unique. Default: the table's only foreign key to the subject. */
  owner?: string | Extract<Owner, { by: "column" }>;
  /** What becomes of the columns, as in `subject()`: `at: "schedule"`, `restore` and `onSoftDelete` work here too. */
  columns?: ColumnsInput;
}
export interface SessionInput extends RuleInput, TableSettings {}
export interface CredentialInput extends RuleInput, TableSettings {
  /** "move": live rows are moved aside at schedule, so that nobody can sign in with them, and come back on cancel. */
  suspend?: "move";
}
export interface MfaInput extends RuleInput, TableSettings {}
export interface ContentInput extends RuleInput, TableSettings {
  /** What becomes of the rows: one action, or one for each strategy. Default: `transform`, and `delete` under hard_delete. */
  rows?: RowsInput | { anonymize?: RowsInput; hard_delete?: RowsInput };
  /** Rows of one person beyond which they are erased in chunks; `false` for never. */
  heavy?: number | false;
}
export interface RetainInput extends RuleInput, TableSettings {
  /** How long the rows must stay: a PostgreSQL interval such as "7 years". */
  for: string;
  /** The column that the time is counted from. */
  since: string;
  /** Why: "legal_obligation", "legal_claims" … (GDPR Art. 17(3)). */
  basis: string;
}
export interface BlockerInput extends RuleInput, TableSettings {
  /** What the person is told; `{count}` is replaced by the number of rows. */
  message: string;
  /** A stable name for programs. Default: the table's name. */
  code?: string;
  /** False: counted and reported, but not in the way. Default: true. */
  blocking?: boolean;
  /** What happens to the rows once nothing blocks, e.g. `content({ … })`. */
  otherwise?: RuleResult;
}

export type PartResult = PartInput & { class: "part" };
export type SessionResult = SessionInput & { class: "session" };
export type CredentialResult = CredentialInput & { class: "credential" };
export type MfaResult = MfaInput & { class: "mfa" };
export type ContentResult = ContentInput & { class: "content" };
export type RetainResult = RetainInput & { class: "retain" };
export type BlockerResult = BlockerInput & { class: "blocker" };
export type RuleResult =
  | PartResult
  | SessionResult
  | CredentialResult
  | MfaResult
  | ContentResult
  | RetainResult
  | BlockerResult;

export interface SubjectInput extends TableSettings {
  /** The column that identifies a person: a primary or unique key. */
  key: string;
  columns: ColumnsInput;
  /** Rows that may never be deleted, whoever asks: `where` is SQL over `t`. */
  refuse?: { where: Sql; message: string }[];
  /**
   * Who is leaving or gone: the mark columns where they differ from deleted_at and scheduled_deletion_at, by name or
   * with `adopt(…)`; or `"lethe"` for a table that belongs to somebody else and can't be altered.
   */
  marks?: Marks;
}
export type SubjectResult = SubjectInput & { class: "subject" };

export interface TableInput extends TableSettings {
  /** What becomes of the columns, for every rule that doesn't say otherwise. */
  columns?: ColumnsInput;
  rules: RuleResult[];
}
export type TableResult = TableInput & { class: "table" };

export interface Unrelated {
  class: "unrelated";
  reason: string;
}

/** A decision about a table. */
export type TableDecision = SubjectResult | GroupDecision | GroupResult;
/** What many tables can have in common. */
export type GroupDecision = TableResult | RuleResult | Unrelated | KeepWithReason | Todo;

/** One decision for many tables, under a key of its own that `group()` makes. */
export interface GroupResult {
  class: "group";
  patterns: string[];
  decision: GroupDecision;
  tables?: (string | Todo)[];
}

export type GhostValues = Record<string, string | number | boolean | null>;

/** Work outside the database: what `effect({ … })` takes. */
export interface EffectInput {
  /** Who does it: a name in `lethe.effects.ts`, or `"jobs"`. */
  handler: string;
  /**
   * When: as soon as a deletion is scheduled, before it is executed, when it is cancelled, or when the data is erased.
   * Default: "execute".
   */
  at?: EffectTime;
  /** One effect for each of the person's rows in this table; `t` is that row. With `owner`, the rows of that rule alone. */
  forEach?: string | { table: string; owner?: OwnerInput };
  /** Names of effects that have to be done first. */
  after?: string | string[];
  /** The execution waits until it is done; with at "schedule" or "before". */
  required?: boolean;
  /**
   * What the handler gets: a name and an SQL expression each. `t` is the person's row (or that of `forEach`) as it was
   * before anything was erased, `r` the request, `cancel_token` at schedule and before the token of the link in a mail.
   */
  payload?: Record<string, Sql>;
  /** With at: "before": how long before the execution it is delivered. A PostgreSQL interval. */
  lead?: string;
  /** An SQL condition over `t`. */
  where?: Sql;
  /** Only for requests that carry this option. */
  when?: string;
  /** Only for requests without this option. */
  unless?: string;
  /** Only for these. Default: all; at execution those that erase what is personal, so not soft_delete. */
  strategies?: Strategy[];
}

/** The whole file: what `defineErasure({ … })` takes. */
export interface ErasureInput {
  /** The SQL schema that Lethe lives in. Default: "lethe". */
  schema?: string;
  lifecycle?: {
    /** Allowed strategies, the default one first. Default: ["anonymize", "hard_delete", "soft_delete"]. */
    strategies?: Strategy[];
    /** Time to change one's mind, at most 28 days. A PostgreSQL interval. Default: "14 days". */
    gracePeriod?: string;
    /** Time after a cancellation before a new request. A PostgreSQL interval. Default: "24 hours". */
    cancelCooldown?: string;
    /**
     * What happens while a table that a strategy touches isn't what the annotation knows: requests wait, or go on and
     * the worker warns each day. Default: "refuse".
     */
    drift?: "refuse" | "warn";
    /** Attempts in vain after which an effect is a dead letter; 25 take about a week. Default: 25. */
    effectAttempts?: number;
    /** How long the payload of an effect that never succeeds is kept. A PostgreSQL interval. Default: "90 days". */
    payloadRetention?: string;
    /**
     * When the worker may execute, as HH:MM in a time zone (default UTC); over midnight where `to` is before `from`. What
     * must be done within two days by Art. 12(3), and single executions, don't wait for it. Default: at any time.
     */
    window?: { from: string; to: string; timeZone?: string };
    /** Attempts in vain after which a request is a dead letter; 20 take about six days. Default: 20. */
    requestAttempts?: number;
  };
  /** Options that a request may carry, with their defaults; rules ask with `when` and `unless`. */
  options?: Record<string, boolean>;
  access?: {
    /** SQL that yields the signed-in person's key, or NULL; see `presets`. Default: nobody is ever signed in. */
    currentUser?: Sql;
    /** Roles of the application's users. */
    app?: string[];
    /** Roles of those who may delete others, or an SQL condition. */
    admin?: string[] | { sql: Sql };
    /** Roles of services: they act without a signed-in person. */
    worker?: string[];
    /** Schemas that the application's own triggers need on their search path. Default: ["public"]. */
    searchPath?: string[];
  };
  /** Findings about anything else than a table that somebody has read and accepts. */
  accept?: Waiver[];
  /** Work outside the database, by name; columns hand it their values with `effect: "name"`. */
  effects?: Record<string, EffectInput>;
  /** Rows of the subject table that stand in for departed people: `ghost({ column: value })` by name. */
  ghosts?: Record<string, GhostValues>;
  /**
   * SQL of your own at a named point, for what no rule says: `run` gets the array `subjects` and, where something is
   * looked up with `capture`, the JSON object `captured` by key.
   * @example steps: { release_seats: { at: "before", why: "frees booked seats", run: "call app.release_seats(subjects)" } }
   */
  steps?: Record<string, Step>;
  /** Keys: `table`, `schema.table`, or a pattern with `*` (for `unrelated` and `keep`); `...group(…)` for many tables. */
  tables: Record<string, TableDecision>;
}
