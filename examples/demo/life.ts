/** A person's rows in every table of the application, and what becomes of each value when they are anonymized. */
import type postgres from "postgres";
import type { Person } from "./cast.ts";

/** What a value is afterwards: the same, or this; a function where it depends on the person. */
type Afterwards =
  | typeof SAME
  | typeof A_TIME
  | string
  | null
  | ((before: string | null, person: Person) => string | null);

const SAME = Symbol("the same as before");
/** Lethe's mark: when the person went. */
export const A_TIME = Symbol("some time");

/** One way in which rows of a table belong to a person. */
export type Part = {
  table: string;
  /** Said of the rows where a table has two parts. */
  which?: string;
  /** Over `t`, with the person's key as $1. */
  owned: string;
  /** Columns with personal data, or paths into JSON: their values are looked for afterwards. */
  personal: string[];
  /** "gone": the rows are deleted. Otherwise the columns to show, and what they hold afterwards; others stay. */
  afterwards: "gone" | Record<string, Afterwards>;
  /** Columns to show of rows that go. */
  shown?: string[];
};

const ownUser = "t.user_id = $1";

/** For the strategy `anonymize`; lethe.schema.ts says the same, and the demo compares it with what happens. */
export const PARTS: Part[] = [
  {
    table: "users",
    owned: "t.id = $1",
    personal: [
      ..."email unconfirmed_email hashed_password name display_name image phone address city state".split(
        " ",
      ),
      ..."zip_code country gender birth_date nationality".split(" "),
    ],
    afterwards: {
      id: SAME,
      email: (_, { id }) => `deleted_${id}@deleted.invalid`,
      unconfirmed_email: null,
      hashed_password: null,
      name: null,
      display_name: "Deleted user",
      image: null,
      phone: null,
      address: null,
      city: null,
      state: null,
      zip_code: null,
      country: null,
      gender: null,
      birth_date: null,
      nationality: null,
      locale: SAME,
      created_at: SAME,
      deleted_at: A_TIME,
    },
  },
  {
    table: "accounts",
    owned: ownUser,
    personal: ["provider_account_id"],
    shown: ["provider", "provider_account_id"],
    afterwards: "gone",
  },
  {
    table: "sessions",
    owned: ownUser,
    personal: ["token", "ip", "user_agent"],
    shown: ["token", "ip", "user_agent"],
    afterwards: "gone",
  },
  {
    table: "user_tokens",
    owned: ownUser,
    personal: ["token", "sent_to"],
    shown: ["context", "token", "sent_to"],
    afterwards: "gone",
  },
  { table: "totp_credentials", owned: ownUser, personal: ["secret"], shown: ["secret"], afterwards: "gone" },
  {
    table: "backup_codes",
    owned: ownUser,
    personal: ["code_hash"],
    shown: ["code_hash"],
    afterwards: "gone",
  },
  {
    table: "collections",
    owned: "t.owner_id = $1",
    personal: ["title"],
    afterwards: { owner_id: SAME, title: null },
  },
  { table: "collection_members", owned: ownUser, personal: [], shown: ["user_id"], afterwards: "gone" },
  {
    table: "property_listings",
    owned: "t.creator_id = $1",
    personal: ["contact_phone", "contact_email"],
    afterwards: { creator_id: SAME, title: SAME, contact_phone: null, contact_email: null },
  },
  {
    table: "comments",
    owned: "t.author_id = $1",
    personal: ["body"],
    afterwards: { author_id: SAME, body: "[deleted]" },
  },
  {
    table: "comment_edits",
    owned: "t.comment_id in (select c.id from public.comments c where c.author_id = $1)",
    personal: ["previous_body"],
    shown: ["previous_body"],
    afterwards: "gone",
  },
  {
    table: "messages",
    which: "sent",
    owned: "t.sender_id = $1",
    personal: ["body"],
    afterwards: { sender_id: SAME, body: "[deleted]" },
  },
  {
    table: "messages",
    which: "received",
    owned: "t.recipient_id = $1",
    personal: [],
    afterwards: { recipient_id: null, body: SAME },
  },
  {
    table: "invoices",
    owned: ownUser,
    personal: ["billing_name", "billing_address"],
    afterwards: {
      user_id: SAME,
      billing_name: "Deleted customer",
      billing_address: null,
      amount_cents: SAME,
      issued_at: SAME,
    },
  },
  { table: "uploads", owned: ownUser, personal: ["url"], shown: ["url"], afterwards: "gone" },
  {
    table: "events",
    owned: ownUser,
    personal: ["payload,email", "payload,ip", "ip"],
    afterwards: { user_id: SAME, name: SAME, payload: withoutPerson, ip: null },
  },
];

export const TABLES = [...new Set(PARTS.map((part) => part.table))];

/** Rows by their id, as text. */
export type Rows = Map<string, Record<string, string | null>>;

/** The rows of one part as they are now. */
export async function ownedRows(sql: postgres.Sql, part: Part, person: Person): Promise<Rows> {
  const found = await sql.unsafe<TextRow[]>(`${asText(part)} where ${part.owned} order by t.id`, [person.id]);
  return new Map(found.map((row) => [row.id, row.values]));
}

/** The same rows later, looked up by their ids, whoever they belong to by then. */
export async function sameRows(sql: postgres.Sql, part: Part, rows: Rows): Promise<Rows> {
  const ids = [...rows.keys()];
  const found = await sql.unsafe<TextRow[]>(`${asText(part)} where t.id::text = any ($1)`, [ids]);
  return new Map(found.map((row) => [row.id, row.values]));
}

/** The columns of a part that the demo shows. */
export function shownColumns(part: Part): string[] {
  return part.afterwards === "gone" ? (part.shown ?? []) : Object.keys(part.afterwards);
}

/** What a value should be afterwards; undefined where its row should be gone. */
export function expectedAfterwards(
  part: Part,
  column: string,
  before: string | null,
  person: Person,
): string | null | undefined | typeof A_TIME {
  if (part.afterwards === "gone") return undefined;
  const expected = part.afterwards[column];
  if (typeof expected === "function") return expected(before, person);
  if (expected === SAME || expected === undefined) return before;
  return expected;
}

/** Every personal value of a person that is in the database now, each once. */
export async function personalValues(sql: postgres.Sql, person: Person): Promise<string[]> {
  const values = new Set<string>();
  for (const { table, owned, personal } of PARTS) {
    for (const column of personal) {
      const found = await sql.unsafe<{ value: string | null }[]>(
        `select distinct to_jsonb(t) #>> '{${column}}' as value from public.${table} t where ${owned}`,
        [person.id],
      );
      for (const { value } of found) if (value !== null) values.add(value);
    }
  }
  return [...values];
}

type TextRow = { id: string; values: Record<string, string | null> };

function asText(part: Part): string {
  return `
    select t.id::text as id,
           (select jsonb_object_agg(c.key, c.value) from jsonb_each_text(to_jsonb(t)) c) as values
    from public.${part.table} t`;
}

/** PostgreSQL's text of the payload without the two keys that point at the person. */
function withoutPerson(payload: string | null): string | null {
  if (payload === null) return null;
  const { email: _, ip: __, ...rest } = JSON.parse(payload) as Record<string, unknown>;
  return JSON.stringify(rest).replaceAll('":', '": ').replaceAll(',"', ', "');
}
