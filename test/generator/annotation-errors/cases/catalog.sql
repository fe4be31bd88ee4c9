-- What cases/catalog.json is the snapshot of: run this on an empty database, then `lethe sync --catalog catalog.json`.
create table users (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  name text,
  hashed_password text,
  created_at timestamptz not null default now()
);
create table sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users,
  token text not null unique
);
create index sessions_user_id on sessions (user_id);
create table comments (
  id bigint generated always as identity primary key,
  author_id uuid not null references users,
  body text not null,
  created_at timestamptz not null default now()
);
create index comments_author_id on comments (author_id);
create table prices (
  id integer primary key,
  cents integer not null
);
