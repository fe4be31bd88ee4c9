/** The catalog of an application that has grown: 500 tables in four schemas, most of them about forty kinds of things. */
import type { Catalog, Table } from "../../../generator/catalog/model.ts";
import { catalog, table } from "../plan/catalog-builder.ts";

const THINGS =
  "article book chapter club course event exercise forum gallery game guide idea item lesson listing location meetup movie page photo place playlist podcast poll post product project question quiz recipe report resource review_request shop song story survey task trip video".split(
    " ",
  );
const mine = "uuid not null index -> users cascade";
const at = "timestamptz not null";

/** Nine tables about each kind of thing; four of them lead to a person. */
function about(thing: string, number: number): Table[] {
  const id = `${thing}_id`;
  const part = `uuid not null index -> ${thing}s cascade`;
  return [
    table(`${thing}s`, {
      id: "uuid pk",
      slug: "text unique",
      kind: "enum(draft|live)",
      position: "integer",
      at,
    }),
    table(`${thing}_comments`, {
      id: "uuid pk",
      [id]: part,
      user_id: mine,
      body: "text not null",
      created_at: at,
    }),
    table(`${thing}_likes`, { [id]: "uuid pk", user_id: mine, created_at: at }),
    table(`${thing}_ratings`, {
      id: "uuid pk",
      [id]: part,
      user_id: mine,
      stars: "integer not null",
      ...(number % 3 === 0 ? { note: "text" } : {}),
    }),
    table(`${thing}_follows`, { id: "bigint pk", [id]: part, user_id: mine, muted: "boolean not null" }),
    table(`${thing}_tags`, { [id]: part, tag_id: "uuid not null index -> tags" }),
    table(`${thing}_translations`, { id: "uuid pk", [id]: part, locale: "text not null", markup: "text" }),
    table(`${thing}_counters`, { [id]: "uuid pk", likes: "integer", comments: "integer" }),
    table(`${thing}_links`, { id: "bigint pk", from_id: part, to_id: part, weight: "double precision" }),
    ...(number % 2 === 0
      ? [
          table(`${thing}_visits`, {
            id: "bigint pk",
            user_id: "uuid index -> users set null",
            ip: "inet",
            at,
          }),
        ]
      : []),
  ];
}

/** Where people themselves are: no two alike. */
const people: Table[] = [
  table("users", {
    id: "uuid pk",
    email: "text not null unique",
    name: "text",
    bio: "text",
    phone: "text",
    password_hash: "text",
    locale: "text",
    created_at: at,
    updated_at: at,
  }),
  table("sessions", {
    id: "uuid pk",
    user_id: mine,
    token: "text not null unique",
    ip: "inet",
    expires_at: at,
  }),
  table("refresh_tokens", { id: "uuid pk", user_id: mine, token: "text not null unique", expires_at: at }),
  table("password_reset_tokens", { id: "uuid pk", user_id: mine, token: "text not null", expires_at: at }),
  table("oauth_accounts", {
    id: "uuid pk",
    user_id: mine,
    provider: "text",
    provider_uid: "text",
    access_token: "text",
  }),
  table("api_keys", { id: "uuid pk", user_id: mine, key_hash: "text", label: "text" }),
  table("passkeys", { id: "uuid pk", user_id: mine, credential_id: "text", public_key: "bytea" }),
  table("totp_credentials", { id: "uuid pk", user_id: mine, secret: "text not null" }),
  table("profiles", {
    user_id: "uuid pk -> users cascade",
    birth_date: "date",
    city: "text",
    avatar_url: "text",
  }),
  table("addresses", { id: "uuid pk", user_id: mine, street: "text", postcode: "text", city: "text" }),
  table("messages", {
    id: "uuid pk",
    sender_id: "uuid index -> users set null",
    recipient_id: "uuid index -> users set null",
    body: "text not null",
    sent_at: at,
  }),
  table("support_tickets", {
    id: "uuid pk",
    user_id: mine,
    subject: "text not null",
    status: "text",
    created_at: at,
  }),
  table("support_replies", {
    id: "uuid pk",
    ticket_id: "uuid not null index -> support_tickets cascade",
    body: "text",
  }),
  table("invoices", {
    id: "uuid pk",
    user_id: "uuid index -> users set null",
    billing_name: "text not null",
    issued_at: "date",
    cents: "integer",
  }),
  table("invoice_lines", {
    id: "uuid pk",
    invoice_id: "uuid not null index -> invoices",
    what: "text",
    billed_on: "date",
    cents: "integer",
  }),
  table("teams", {
    id: "uuid pk",
    owner_id: "uuid not null index -> users",
    name: "text not null",
    deleted_at: "timestamptz",
  }),
  table("team_members", { team_id: "uuid not null index -> teams cascade", user_id: mine, role: "text" }),
  table("tags", { id: "uuid pk", name: "text unique" }),
];

/** What runs by itself, in schemas of its own: nothing leads from here to a person. */
const machinery = (count: number): Table[] =>
  Array.from({ length: count }, (_, number) => {
    const schema = ["warehouse", "catalogue", "jobs"][number % 3] ?? "jobs";
    return table(`${schema}.fact_${number}`, {
      id: "bigint pk",
      day: "date",
      amount: "numeric",
      state: "smallint",
    });
  });

export function fiveHundred(): Catalog {
  const all = [...people, ...THINGS.flatMap(about)];
  return catalog([...all, ...machinery(500 - all.length)]);
}
