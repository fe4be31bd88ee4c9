/** A small application whose people are known to many services. */
import type postgres from "postgres";
import {
  content,
  defineErasure,
  jobs,
  keep,
  pii,
  secret,
  session,
  subject,
  table,
} from "../../../generator/index.ts";
import { type Erasure, terms } from "../../support/schema-case.ts";

export const schema = `
  create table users (
    id text primary key,
    email text not null unique,
    next_email text,
    phone text,
    password_hash text,
    image text,
    cover text,
    logo text,
    logo_is_public boolean not null default false,
    polar_id text
  );
  create table sessions (id bigint generated always as identity primary key, user_id text references users);
  create table uploads (
    id bigint generated always as identity primary key,
    user_id text references users,
    storage_key text not null,
    thumbnail text,
    public boolean not null default false
  );
  create table messages (
    id bigint generated always as identity primary key,
    sender_id text references users,
    recipient_id text references users,
    attachment text
  );
  create index on sessions (user_id);
  create index on uploads (user_id);
  create index on messages (sender_id);
  create index on messages (recipient_id);
`;

export const erasure: Erasure = defineErasure({
  ...terms,
  options: { keep_billing: false },
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        next_email: pii.null({ at: "schedule", effect: "contact" }),
        phone: pii.null({ at: "schedule" }),
        password_hash: secret(),
        image: pii.null({ effect: "avatar" }),
        cover: pii.null({ effect: "avatar", onSoftDelete: true }),
        logo: pii.null({ effect: "avatar", unless: "t.logo_is_public" }),
        logo_is_public: keep(),
        polar_id: pii.null(),
      },
    }),
    sessions: session(),
    uploads: content({
      rows: { anonymize: "transform", hard_delete: "delete" },
      columns: {
        storage_key: keep(),
        thumbnail: pii.null({ effect: "thumbnails", unless: "t.public" }),
        public: keep(),
      },
    }),
    messages: table({
      columns: { attachment: pii.null() },
      rules: [content({ owner: "sender_id" }), content({ owner: "recipient_id", rows: "detach" })],
    }),
  },
  effects: {
    avatar: { handler: "blob" },
    thumbnails: { handler: "blob", payload: { person: "t.id" } },
    uploads: {
      handler: "s3",
      forEach: "uploads",
      payload: { key: "t.storage_key" },
      strategies: ["hard_delete"],
    },
    sent: {
      handler: "s3",
      forEach: { table: "messages", owner: "sender_id" },
      payload: { key: "t.attachment" },
    },
    billing: {
      handler: "polar",
      payload: { externalId: "t.polar_id" },
      unless: "keep_billing",
      after: ["uploads", "sent"],
    },
    contact: { handler: "loops" },
    crm: { handler: "webhook", payload: { phone: "t.phone", email: "t.email", strategy: "r.strategy" } },
    pendingJobs: jobs({ tasks: ["send_mail"], payload: { userId: "t.id" } }),
    goodbye: {
      handler: "mail",
      at: "schedule",
      payload: { to: "t.email", scheduledFor: "r.scheduled_for", token: "cancel_token" },
    },
    reminder: {
      handler: "mail",
      at: "before",
      lead: "3 days",
      payload: { to: "t.email", token: "cancel_token" },
    },
    welcomeBack: { handler: "mail", at: "cancel", payload: { to: "t.email" }, after: "goodbye" },
  },
});

let people = 0;

/** Somebody with something in every place. */
export async function newMember(
  sql: postgres.Sql,
  more: Record<string, string | null> = {},
): Promise<string> {
  const id = `p${++people}`;
  await sql`
    insert into users ${sql({
      id,
      email: `${id}@example.com`,
      next_email: `next.${id}@example.com`,
      phone: `+1 ${id}`,
      password_hash: "hash",
      image: `https://cdn/${id}/image`,
      cover: `https://cdn/${id}/cover`,
      logo: `https://cdn/${id}/logo`,
      polar_id: `polar_${id}`,
      ...more,
    })}
  `;
  await sql`insert into sessions (user_id) values (${id})`;
  await sql`
    insert into uploads (user_id, storage_key, thumbnail, public)
    values (${id}, ${`${id}/a`}, ${`${id}/a.thumb`}, false), (${id}, ${`${id}/b`}, ${`${id}/b.thumb`}, true), (${id}, ${`${id}/c`}, null, false)
  `;
  return id;
}
