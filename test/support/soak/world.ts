/** The application of the soak: people who sign in, write and are counted, and may leave at any moment. */
import {
  content,
  credential,
  defineErasure,
  keep,
  pii,
  presets,
  secret,
  session,
  subject,
} from "../../../generator/index.ts";
import { terms } from "../schema-case.ts";

export const schema = `
  create table people (id bigint primary key, email text not null unique, name text, password text);
  create table sessions (id bigint generated always as identity primary key, person_id bigint not null references people);
  create table passkeys (id bigint generated always as identity primary key, person_id bigint not null references people, name text);
  create table posts (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
  create table visits (id bigint generated always as identity primary key, person_id bigint references people, page text);
  create index on sessions (person_id);
  create index on passkeys (person_id);
  create index on posts (person_id);
  create index on visits (person_id);
`;

export const erasure = defineErasure({
  ...terms,
  lifecycle: { strategies: ["anonymize"], gracePeriod: "14 days", cancelCooldown: "24 hours" },
  access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
  tables: {
    people: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.replace("Somebody"), password: secret() },
    }),
    sessions: session(),
    passkeys: credential({ suspend: "move" }),
    posts: content({ columns: { body: pii.replace("[deleted]") } }),
    visits: content({ rows: "delete" }),
  },
});

export const emailOf = (person: number): string => `p${person}@example.com`;

/** Half of the posts that people make hold a word by which a leftover would be found. */
export const bodyOf = (person: number, n: number): string => `#${person}# post ${n}`;
