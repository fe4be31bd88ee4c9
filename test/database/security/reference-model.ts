/**
 * What the reference annotation says, written a second time and independently: what each row of the application
 * is to become when these people leave. Null for a row that goes.
 */
export type Row = Record<string, unknown>;
export type Strategy = "anonymize" | "hard_delete";
type Becomes = (row: Row) => Row | null;

/** `authorOf`: the author of each comment, for what hangs below it; `ownerOf`: the owner of each collection. */
export function referenceModel(
  strategy: Strategy,
  departed: string[],
  authorOf: (comment: unknown) => unknown,
  ownerOf: (collection: unknown) => unknown,
): Record<string, Becomes> {
  const left = (who: unknown) => departed.includes(who as string);
  const hard = strategy === "hard_delete";
  const of = (column: string, becomes: Becomes) => (row: Row) => (left(row[column]) ? becomes(row) : row);
  const gone: Becomes = () => null;
  const orGone = (becomes: Becomes): Becomes => (hard ? gone : becomes);
  return {
    users: of("id", orGone(erasedPerson)),
    sessions: of("user_id", gone),
    user_tokens: of("user_id", gone),
    accounts: of("user_id", gone),
    totp_credentials: of("user_id", gone),
    backup_codes: of("user_id", gone),
    uploads: of("user_id", gone),
    collections: of(
      "owner_id",
      orGone((row) => ({ ...row, title: null })),
    ),
    collection_members: (row) =>
      left(row.user_id) || (hard && left(ownerOf(row.collection_id))) ? null : row,
    property_listings: of("creator_id", (row) => ({
      ...row,
      contact_phone: null,
      contact_email: null,
      ...(hard ? { creator_id: null } : {}),
    })),
    comments: of(
      "author_id",
      orGone((row) => ({ ...row, body: "[deleted]" })),
    ),
    comment_edits: (row) => (left(authorOf(row.comment_id)) ? null : row),
    messages: (row) => {
      const sent = left(row.sender_id) ? orGone((each) => ({ ...each, body: "[deleted]" }))(row) : row;
      return sent !== null && left(row.recipient_id) ? { ...sent, recipient_id: null } : sent;
    },
    invoices: of("user_id", (row) => ({
      ...row,
      billing_name: "Deleted customer",
      billing_address: null,
      ...(hard ? { user_id: null } : {}),
    })),
    events: of(
      "user_id",
      orGone((row) => ({ ...row, ip: null, payload: without(row.payload as Row, ["email", "ip"]) })),
    ),
  };
}

const PERSONAL = [
  "unconfirmed_email",
  "hashed_password",
  "name",
  "image",
  "phone",
  "address",
  "city",
  "state",
  "zip_code",
  "country",
  "gender",
  "birth_date",
  "nationality",
];

function erasedPerson(row: Row): Row {
  const nulls = Object.fromEntries(PERSONAL.map((column) => [column, null]));
  return {
    ...row,
    ...nulls,
    display_name: "Deleted user",
    email: `deleted_${row.id}@deleted.invalid`,
    deleted_at: "marked",
  };
}

function without(row: Row, keys: string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
}
