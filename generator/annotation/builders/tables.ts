/** Builders that say what a table is. Each is a typed constructor of plain data; nothing happens here. */
import type {
  BlockerInput,
  BlockerResult,
  ContentInput,
  ContentResult,
  CredentialInput,
  CredentialResult,
  GhostValues,
  Keep,
  KeepWithReason,
  MfaInput,
  MfaResult,
  PartInput,
  PartResult,
  RetainInput,
  RetainResult,
  SessionInput,
  SessionResult,
  SubjectInput,
  SubjectResult,
  TableInput,
  TableResult,
  Todo,
  TransformInput,
  Unrelated,
} from "../input.ts";
import type { Acknowledgement } from "../model.ts";
import { type SecretOptions, secretColumn } from "./columns.ts";
import { merge } from "./merge.ts";

/**
 * The table whose rows are the people. Exactly one table of the file.
 * @example users: subject({ key: "id", columns: { id: keep(), email: pii.email() } })
 */
export function subject(input: SubjectInput): SubjectResult {
  return merge({ class: "subject" as const }, input);
}

/**
 * A second table of the same people, one row a person at most: profiles, user details, `public.profiles` beside
 * `auth.users`. Its columns are treated as the subject's own: at schedule, on cancel, under every strategy, and frozen
 * afterwards.
 * @example profiles: part({ owner: "user_id", columns: { full_name: pii.replace("Deleted user"), avatar_url: pii.null() } })
 */
export function part(input: PartInput = {}): PartResult {
  return merge({ class: "part" as const }, input);
}

/**
 * Sessions, refresh, reset and confirmation tokens: deleted as soon as a deletion is scheduled, and new ones refused.
 * @example sessions: session({ owner: "user_id" })
 */
export function session(input: SessionInput = {}): SessionResult {
  return merge({ class: "session" as const }, input);
}

/**
 * OAuth accounts, passwords, passkeys, API keys: new ones are refused during grace, all are deleted at execution.
 * @example accounts: credential({ owner: "user_id", suspend: "move" })
 */
export function credential(input: CredentialInput = {}): CredentialResult {
  return merge({ class: "credential" as const }, input);
}

function mfaTable(input: MfaInput = {}): MfaResult {
  return merge({ class: "mfa" as const }, input);
}

/**
 * A second factor: untouched during grace, so that nobody gets in by scheduling a deletion, and cleared at execution
 * under every strategy. `mfa({ … })` for a table, `mfa.secret()` for a column.
 * @example totp_credentials: mfa({ owner: "user_id" })
 * @example totp_secret: mfa.secret()
 */
export const mfa: ((input?: MfaInput) => MfaResult) & {
  /** A column that holds a second factor: NULL, or `mfa.secret({ to: "" })` where the column is NOT NULL. */
  secret(options?: SecretOptions): TransformInput;
} = Object.assign(mfaTable, {
  secret: (options?: SecretOptions): TransformInput => secretColumn({ mfa: true }, options),
});

/**
 * What people made: comments, messages, listings. Columns are transformed, or `rows` says what becomes of the rows.
 * @example comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]") } })
 */
export function content(input: ContentInput = {}): ContentResult {
  return merge({ class: "content" as const }, input);
}

/**
 * Rows that must stay for a time, whatever the person asks (GDPR Art. 17(3)): columns are transformed at execution, the
 * rows are purged when `for` has passed since `since`.
 * @example invoices: retain({ owner: "user_id", for: "7 years", since: "issued_at", basis: "legal_obligation" })
 */
export function retain(input: RetainInput): RetainResult {
  return merge({ class: "retain" as const }, input);
}

/**
 * Rows that stand in the way of a deletion, or (`blocking: false`) are counted and reported. `otherwise` says what
 * becomes of the rows that don't block.
 * @example collections: blocker({ owner: "owner_id", where: "t.deleted_at is null", message: "owns {count} collections" })
 */
export function blocker(input: BlockerInput): BlockerResult {
  return merge({ class: "blocker" as const }, input);
}

/**
 * A table with several rules, one for each way in which its rows may belong to a person. Where two rules name one row,
 * the stronger wins: delete, then transform, then reassign, then detach.
 * @example messages: table({ columns: { body: pii.null() }, rules: [content({ owner: "sender_id" }), content({ owner: "recipient_id", rows: "detach" })] })
 */
export function table(input: TableInput): TableResult {
  return merge({ class: "table" as const }, input);
}

/**
 * A table, or a pattern of tables, that holds nothing about anybody.
 * @example "billing.*": unrelated("price lists")
 */
export function unrelated(reason: string): Unrelated {
  return { class: "unrelated", reason };
}

/**
 * Left as it is. For a column the reason may be left out; for a table it is required.
 * @example id: keep()
 * @example audit_log: keep("pseudonymous, kept for security (Art. 6(1)(f))")
 */
export function keep(reason: string): KeepWithReason;
export function keep(): Keep;
export function keep(reason?: string): Keep {
  return reason === undefined ? { class: "keep", action: "keep" } : { class: "keep", action: "keep", reason };
}

/**
 * A decision that nobody has taken yet: `lethe sync` writes these, and `lethe generate` refuses while one is left.
 * @example phone: todo("new column of type text: personal?")
 */
export function todo(question = "decide"): Todo {
  return { class: "todo", action: "todo", question };
}

/**
 * A trigger of the application that fires during erasure: read, and fine.
 * @example triggers: { touch_updated_at: ack("only sets updated_at") }
 */
export function ack(reason: string): Acknowledgement {
  return { acknowledged: true, reason };
}

/**
 * A row of the subject table that stands in for departed people; `reassign("name")` gives it their rows.
 * @example ghosts: { departed: ghost({ email: "departed@example.org", name: "Departed user" }) }
 */
export function ghost(values: GhostValues): GhostValues {
  return values;
}
