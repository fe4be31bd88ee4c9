/**
 * Who the seeded people are. Every personal value of person n carries a marker that nobody else's value holds,
 * so that a test can search a text dump of the database for what should be gone.
 */
import { createHash } from "node:crypto";

/** A personal value: where the seed writes it, and the text by which it is found anywhere. */
export type PersonalValue = { table: string; column: string; marker: string };

/** The key of person n: the seed writes the same with SQL. */
export function userId(n: number, seed = 1): string {
  const hex = createHash("md5").update(`${seed}/users/${n}`).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function emailOf(n: number): string {
  return `user-${n}@example.com`;
}

/**
 * The beginning of every address of person n, as PostgreSQL prints it: both numbered groups have four digits
 * for any n below a billion, so no marker is part of another.
 */
export function ipPrefixOf(n: number): string {
  const high = 0x1000 + Math.floor(n / 0x8000);
  const low = 0x8000 + (n % 0x8000);
  return `2001:db8:${high.toString(16)}:${low.toString(16)}:`;
}

/** Columns whose values begin with this text and the person's number, as in "Phone #7#". */
const LABELS: [table: string, column: string, label: string][] = [
  ["users", "hashed_password", "Password"],
  ["users", "name", "Name"],
  ["users", "display_name", "Display name"],
  ["users", "image", "https://images.example.com/"],
  ["users", "phone", "Phone"],
  ["users", "address", "Address"],
  ["users", "city", "City"],
  ["users", "state", "State"],
  ["users", "zip_code", "Zip code"],
  ["users", "country", "Country"],
  ["users", "gender", "Gender"],
  ["users", "nationality", "Nationality"],
  ["accounts", "provider_account_id", "Provider account"],
  ["sessions", "token", "Session token"],
  ["sessions", "user_agent", "Browser"],
  ["user_tokens", "token", "E-mailed token"],
  ["totp_credentials", "secret", "TOTP secret"],
  ["backup_codes", "code_hash", "Backup code"],
  ["collections", "title", "Collection"],
  ["property_listings", "title", "Listing"],
  ["property_listings", "contact_phone", "Contact phone"],
  ["comments", "body", "Comment"],
  ["comment_edits", "previous_body", "Earlier comment"],
  ["messages", "body", "Message"],
  ["invoices", "billing_name", "Billing name"],
  ["invoices", "billing_address", "Billing address"],
  ["uploads", "url", "https://uploads.example.com/"],
];

/**
 * Every personal value of person n. Not listed: `birth_date`, `locale` and the key, which other people may
 * share or which stay. `messages.body` is the sender's: what others wrote to n carries their number.
 */
export function personalValues(n: number): PersonalValue[] {
  const email = emailOf(n);
  const ip = ipPrefixOf(n);
  return [
    { table: "users", column: "email", marker: email },
    { table: "users", column: "unconfirmed_email", marker: `next.${n}@example.com` },
    ...LABELS.map(([table, column, label]) => ({ table, column, marker: mark(label, n) })),
    { table: "user_tokens", column: "sent_to", marker: email },
    { table: "property_listings", column: "contact_email", marker: `host.${n}@example.com` },
    { table: "events", column: "payload", marker: email },
    { table: "events", column: "payload", marker: ip },
    { table: "sessions", column: "ip", marker: ip },
    { table: "events", column: "ip", marker: ip },
  ];
}

/** The texts of `personalValues(n)`, each once. */
export function personalMarkers(n: number): string[] {
  return [...new Set(personalValues(n).map((value) => value.marker))];
}

function mark(label: string, n: number): string {
  return label.endsWith("/") ? `${label}#${n}#` : `${label} #${n}#`;
}
