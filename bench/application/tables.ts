/** The application that is measured, in two shapes: what everybody has for signing in, and with what people made. */
export type Shape = "sign-in" | "content";

const SIGN_IN = `
  create table users (
    id uuid primary key, email text not null unique, unconfirmed_email text, hashed_password text, name text,
    display_name text not null, image text, phone text, address text, city text, birth_date date,
    locale text not null, created_at timestamptz not null,
    deleted_at timestamptz, scheduled_deletion_at timestamptz
  );
  create table sessions (
    id uuid primary key, user_id uuid not null references users on delete cascade, token text not null,
    ip inet, user_agent text, expires_at timestamptz not null
  );
  create table accounts (
    id bigint generated always as identity primary key, user_id uuid not null references users on delete cascade,
    provider text not null, provider_account_id text not null, access_token text
  );
  create table tokens (
    id bigint generated always as identity primary key, user_id uuid not null references users on delete cascade,
    context text not null, token text not null, sent_to text
  );
  create table mfa_credentials (
    id bigint generated always as identity primary key, user_id uuid not null references users on delete cascade,
    secret text not null
  );
`;

const CONTENT = `
  create table posts (
    id bigint generated always as identity primary key, author_id uuid not null references users,
    title text not null, body text not null, created_at timestamptz not null
  );
  create table events (
    id bigint generated always as identity primary key, user_id uuid not null references users,
    name text not null, payload jsonb not null, ip inet, created_at timestamptz not null
  );
`;

/** Made once the rows are in: faster, and the indexes are as tight as after a REINDEX. */
const SIGN_IN_INDEXES = `
  create unique index on sessions (token);
  create index on sessions (user_id);
  create unique index on accounts (provider, provider_account_id);
  create index on accounts (user_id);
  create unique index on tokens (token);
  create index on tokens (user_id);
  create index on mfa_credentials (user_id);
`;

const CONTENT_INDEXES = `
  create index on posts (author_id);
  create index on posts (created_at);
  create index on events (user_id);
`;

export function tablesOf(shape: Shape): string {
  return shape === "sign-in" ? SIGN_IN : SIGN_IN + CONTENT;
}

export function indexesOf(shape: Shape): string {
  return shape === "sign-in" ? SIGN_IN_INDEXES : SIGN_IN_INDEXES + CONTENT_INDEXES;
}
