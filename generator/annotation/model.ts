/**
 * What a person writes in `lethe.schema.ts`, as data. The builders in `builders.ts` make these objects,
 * `schema.ts` (zod) checks their shape, and the planner resolves them against the catalog.
 * Every object is plain: no methods, no classes, so that the file's value can be compared and hashed.
 */

export type Strategy = "anonymize" | "hard_delete" | "soft_delete";

/** A condition or value in SQL. `t` is the row of the table that the rule is about. */
export type Sql = string;

/** What becomes of one column of a surviving row. */
export type ColumnRule =
  | { action: "todo"; question: string }
  | { action: "keep"; reason?: string }
  | (Transform & ColumnOptions);

export type Transform =
  | { action: "null" }
  /** deleted_<id>@deleted.invalid */
  | { action: "email" }
  | { action: "literal"; value: string | number | boolean }
  /** `{id}` stands for the subject's key, `{key}` for the row's own primary key. */
  | { action: "template"; template: string }
  | { action: "truncate"; to: "year" | "month" | "day" | "hour" | "network" }
  | { action: "json_remove"; paths: string[][] }
  | { action: "json_set"; path: string[]; value: unknown }
  | { action: "empty_array" }
  | { action: "remove_element"; element: Sql }
  | { action: "hash" }
  | { action: "sql"; expression: Sql };

export interface ColumnOptions {
  /** False for `set(value)`: a state to write, not somebody's data. */
  personal: boolean;
  /** Never exported; cleared under soft_delete too. */
  secret?: boolean;
  /** Second factor: cleared at execution under every strategy, never before. */
  mfa?: boolean;
  /** "schedule" transforms the column as soon as the deletion is scheduled. */
  at?: "schedule" | "execute";
  /** With at: "schedule": keep the original while the person may come back, and put it back on cancel. */
  restore?: boolean;
  /** Transform under soft_delete too (frees an e-mail for a new registration, say). */
  onSoftDelete?: boolean;
  /** Leave the value where this condition holds. */
  unless?: Sql;
  /** The effect that needs the value before it is erased. */
  effect?: string;
}

/** How the rows of a table are found that belong to a subject. */
export type Owner =
  | { by: "column"; column: string }
  /** Through an owned parent table; `columns` only where several foreign keys lead there. */
  | { by: "via"; table: string; columns?: string[]; references?: string[] }
  | { by: "polymorphic"; type: string; id: string; value: string }
  /** An expression over `t` that yields the subject's key. */
  | { by: "sql"; expression: Sql }
  /**
   * Rows whose column holds the value that the subject's row has in another, or that an expression over it yields; `if`
   * says when that value is proved to be theirs; `and`: columns of the row that must equal columns of the subject.
   */
  | { by: "match"; column: string; value: string | { sql: Sql }; if?: Sql; and?: Record<string, string> }
  /** Rows that rows of theirs point at, and nobody else's; `columns` are those of the table that points. */
  | { by: "referenced_by"; table: string; columns?: string[] };

export type RowAction = "transform" | "delete" | "detach" | "keep" | "cascade";

export interface Reassign {
  action: "reassign";
  /** A ghost's name, or an expression over `t` that yields a subject's key. */
  to: { ghost: string } | { sql: Sql };
  /** What happens to a row when the expression yields nobody. Default: "error". */
  orElse: "error" | "detach" | "delete";
  /** What happens to a row that the new owner already has (unique violation). Default: "error". */
  onConflict: "error" | "delete";
}

export type Rows = RowAction | Reassign;

interface RuleBase {
  /** Undefined: inferred from the table's single foreign key to the subject. */
  owner?: Owner;
  /** Narrows the rule. `t` is the row. */
  where?: Sql;
  /** Only where the request has this option … */
  when?: string;
  /** … or only where it does not. */
  unless?: string;
  columns?: Record<string, ColumnRule>;
}

/** A second row of the person, in a table of its own: at most one for each. */
export interface PartRule extends RuleBase {
  class: "part";
}
export interface SessionRule extends RuleBase {
  class: "session";
}
export interface CredentialRule extends RuleBase {
  class: "credential";
  /** "move": live rows are moved aside at schedule, so that nobody can sign in with them, and restored on cancel. */
  suspend?: "move";
}
export interface MfaRule extends RuleBase {
  class: "mfa";
}
export interface ContentRule extends RuleBase {
  class: "content";
  /** One action, or one for each strategy. Default: transform the columns; delete under hard_delete. */
  rows?: Rows | { anonymize?: Rows; hard_delete?: Rows };
  /** Rows of one subject beyond which they are erased in chunks. False: never in chunks. */
  heavy?: number | false;
}
export interface RetainRule extends RuleBase {
  class: "retain";
  /** PostgreSQL interval, e.g. "7 years". */
  for: string;
  since: string;
  basis: string;
}
export interface BlockerRule extends RuleBase {
  class: "blocker";
  /** `{count}` is replaced. */
  message: string;
  /** Stable name for programs; default: the table's name. */
  code?: string;
  /** False: counted and reported, but not in the way. */
  blocking: boolean;
  /** What happens to the rows once nothing blocks. */
  otherwise?: Rule;
}
export type Rule = PartRule | SessionRule | CredentialRule | MfaRule | ContentRule | RetainRule | BlockerRule;

export interface Hiding {
  /** A security_invoker view that shows only what belongs to nobody hidden. */
  view?: string;
  /** "hide": row-level security with a permissive policy, for tables without policies; "restrict": for those that have them. */
  rls?: "hide" | "restrict";
}

/** What an adopted column holds for people who are gone; of a time or a date being there is enough. */
export interface MarkValues {
  /** The value that means "gone". Default for a boolean: true. */
  deleted?: string | number | boolean;
  /** Another one during grace, where the column has one. Default: the same. */
  scheduled?: string | number | boolean;
}

export interface AdoptedMark extends MarkValues {
  action: "adopt";
  column: string;
}

/** Where it is written who is leaving or gone: columns of the subject, or a table of Lethe's own. */
export type Marks =
  | "lethe"
  | {
      deletedAt?: string | AdoptedMark;
      scheduledFor?: string | AdoptedMark;
      /** Rows that carry the mark already when Lethe comes: left as they are (default), or erased by the worker. */
      legacy?: "leave" | "erase";
    };

export interface SubjectAnnotation extends Hiding {
  class: "subject";
  /** The single-column key. */
  key: string;
  columns: Record<string, ColumnRule>;
  /** Rows that may never be deleted, whoever asks. */
  refuse?: { where: Sql; message: string }[];
  /** Default: the columns deleted_at and scheduled_deletion_at. */
  marks?: Marks;
  triggers?: Record<string, Acknowledgement>;
  accept?: Waiver[];
}

export interface TableAnnotation extends Hiding {
  class: "table";
  columns?: Record<string, ColumnRule>;
  rules: Rule[];
  triggers?: Record<string, Acknowledgement>;
  accept?: Waiver[];
}

/** The table holds nothing of anybody's, or is left as it is for a reason. */
export interface UntouchedAnnotation {
  class: "unrelated" | "keep";
  reason: string;
}
export interface TodoAnnotation {
  class: "todo";
  question: string;
}

export interface Acknowledgement {
  acknowledged: true;
  reason: string;
}

/** What causes an effect; "before" is written when a deletion is scheduled, and delivered before it is executed. */
export type EffectTime = "schedule" | "before" | "cancel" | "execute";

/** Work outside the database. */
export interface EffectAnnotation {
  /** A name in `lethe.effects.ts`. */
  handler: string;
  at: EffectTime;
  /** One for each row of an owned table; of one rule alone where the owner is said. */
  forEach?: { table: string; owner?: Owner };
  /** Not delivered until these effects of the same request are done or skipped. */
  after: string[];
  /** The execution waits until it is done or skipped. */
  required: boolean;
  /** By name, SQL over `t` (the subject's row, or that of forEach) and `r` (the request). */
  payload: Record<string, Sql>;
  /** With at: "before": how long before the execution. */
  lead?: string;
  where?: Sql;
  when?: string;
  unless?: string;
  /** Undefined: all, but at execution only those that erase what is personal. */
  strategies?: Strategy[];
}

export interface Lifecycle {
  /** Allowed strategies; the first is the default. */
  strategies: Strategy[];
  /** PostgreSQL interval in days, hours or weeks. */
  gracePeriod: string;
  cancelCooldown: string;
  /** Whether requests wait while a table that their strategy touches differs from what the annotation knows. */
  drift: "refuse" | "warn";
  /** After so many attempts in vain an effect is a dead letter. */
  effectAttempts: number;
  /** How long the payload of an effect that never succeeds is kept. */
  payloadRetention: string;
  /** When the worker may execute, as HH:MM in a time zone; null at any time. */
  window: { from: string; to: string; timeZone: string } | null;
  /** After so many attempts in vain a request is a dead letter. */
  requestAttempts: number;
}

export interface Access {
  /** An SQL expression: the signed-in subject's key, NULL when nobody is signed in. */
  currentUser: Sql;
  /** Roles of the application's users. */
  app: string[];
  /** Roles, or an SQL expression, of those who may delete others. */
  admin: string[] | { sql: Sql };
  worker: string[];
  /** Schemas that the application's own triggers need on their path. */
  searchPath: string[];
}

/** SQL of the application's own at a named point of a deletion. */
export interface Step {
  /** When scheduled; when cancelled; at execution before anything is erased, or after everything is. */
  at: "schedule" | "cancel" | "before" | "after";
  /** What it does, for readers and for the register. */
  why: string;
  /** Statements; `subjects` is the array of keys, `captured` what was looked up, as JSON by key. */
  run: string;
  /** An expression over the subject's row `t`, looked up before anything is erased. */
  capture?: Sql;
  /** At execution, for these alone. Default: all that are allowed. */
  strategies?: Strategy[];
  /** Only for requests that carry this option … */
  when?: string;
  /** … or only for those that don't. */
  unless?: string;
}

export type AnyTableAnnotation = SubjectAnnotation | TableAnnotation | UntouchedAnnotation | TodoAnnotation;

/** A finding that somebody has read, and accepts. */
export interface Waiver {
  /** "L025" */
  code: string;
  reason: string;
  /** What of the table it is about, or, in the file's own, about what. Undefined: the table itself. */
  about?: string;
}

/** One decision for many tables: `tables` has it under each name, this is what holds them together. */
export interface GroupAnnotation {
  /** Names, or patterns with `*`: what matches one must be decided, in the list or by itself. */
  patterns: string[];
  /** The tables as they are named in the file, patterns that are plain names included; null: not listed yet. */
  tables: string[] | null;
  decision: AnyTableAnnotation;
}

export interface Annotation {
  /** The SQL schema; default "lethe". */
  schema: string;
  lifecycle: Lifecycle;
  /** Options a request may carry, with their defaults. */
  options: Record<string, boolean>;
  access: Access;
  /** Rows of the subject table that stand in for departed people, by name: column → value. */
  ghosts: Record<string, Record<string, string | number | boolean | null>>;
  /** By name, in the order in which they run. */
  steps: Record<string, Step>;
  /** Work outside the database, by name. */
  effects: Record<string, EffectAnnotation>;
  /** Keys: `table`, `schema.table`, or a pattern with `*` (for `unrelated` and `keep`). */
  tables: Record<string, AnyTableAnnotation>;
  /** By a name that no table has, `group(*_tag, *_rating)`. */
  groups: Record<string, GroupAnnotation>;
  /** Accepted findings that are about no table, or about what isn't placed at one. */
  accept?: Waiver[];
}

/** Where a thing stands in the annotation: the keys that lead to it, e.g. ["tables", "users", "columns", "email"]. */
export type AnnotationPath = (string | number)[];
