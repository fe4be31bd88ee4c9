-- As an old Rails application has it: bigint keys, timestamps without a zone, few foreign keys, pairs of x_type and x_id.
create table users (
  id bigserial primary key,
  email varchar(255) not null default '',
  unconfirmed_email varchar,
  encrypted_password varchar not null default '',
  reset_password_token varchar,
  reset_password_sent_at timestamp,
  sign_in_count integer not null default 0,
  current_sign_in_at timestamp,
  last_sign_in_at timestamp,
  current_sign_in_ip inet,
  last_sign_in_ip varchar,
  confirmation_token varchar,
  confirmed_at timestamp,
  otp_secret varchar,
  otp_backup_codes varchar[],
  otp_required_for_login boolean not null default false,
  username varchar(15) not null,
  first_name varchar,
  last_name varchar(2) not null,
  google_uid varchar,
  bio text,
  settings jsonb not null default '{}',
  raw_info jsonb,
  invited_by_id bigint references users,
  deleted_at timestamp,
  admin boolean not null default false,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index on users (email);
create unique index on users (reset_password_token);
create unique index on users (lower(username));

create table identities (
  id bigserial primary key,
  user_id bigint not null,
  provider varchar not null,
  uid varchar not null
);
create table sessions (
  id bigserial primary key,
  session_id varchar not null,
  data text,
  user_id integer,
  created_at timestamp not null
);
create table training_sessions (
  id bigserial primary key,
  user_id bigint not null references users,
  title varchar not null,
  starts_at timestamp not null
);
create index on training_sessions (user_id);

create table posts (
  id bigserial primary key,
  author_id bigint not null references users,
  title varchar not null,
  body text,
  slug varchar not null unique,
  published boolean not null default false,
  created_at timestamp not null
);
create index on posts (author_id);
create table comments (
  id bigserial primary key,
  post_id bigint not null references posts on delete cascade,
  user_id bigint references users on delete set null,
  parent_id bigint references comments on delete set null,
  body text not null
);
create index on comments (user_id);
create table taggings (
  id bigserial primary key,
  post_id bigint not null references posts on delete cascade,
  tag varchar not null
);
create index on taggings (post_id);

create table products (
  id bigserial primary key,
  sku varchar not null unique,
  description text,
  created_by bigint,
  updated_by varchar,
  created_at timestamp not null
);
create index on products (created_by);
create table orders (
  id bigserial primary key,
  user_id bigint references users,
  shipping_address text,
  total_cents bigint not null,
  created_at timestamp not null
);
create table order_items (
  id bigserial primary key,
  order_id bigint not null references orders,
  product_id bigint not null references products,
  quantity integer not null
);
create table notifications (
  id bigserial primary key,
  recipient_type varchar not null,
  recipient_id bigint not null,
  params jsonb,
  read_at timestamp
);
create table attachments (
  id bigserial primary key,
  record_type varchar not null,
  record_id bigint not null,
  filename varchar not null,
  metadata text
);
create table audit_entries (
  id bigserial primary key,
  whodunnit varchar,
  item_type varchar not null,
  item_id bigint not null,
  object text
);
create table friendships (
  id bigserial primary key,
  user_id bigint not null references users,
  friend_id bigint not null references users,
  unique (user_id, friend_id)
);
create index on friendships (friend_id);
create table newsletter_subscribers (
  id bigserial primary key,
  email varchar not null unique,
  created_at timestamp not null
);
create table countries (
  id bigserial primary key,
  iso_code varchar(2) not null
);
create table ar_internal_metadata (key varchar primary key, value varchar);
