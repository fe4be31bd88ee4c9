-- Quoted names, composite keys, references to what isn't the key, partitions, domains, checks, enums, triggers.
create schema "My App";
create schema billing;
create type "My App".tone as enum ('mild', 'harsh');
create domain "My App".short_name as varchar(6) not null check (value <> '');

create table "My App"."User Accounts" (
  "tenantId" uuid not null,
  "userId" uuid not null unique,
  "emailAddress" text not null unique,
  "loginName" varchar(20) not null unique,
  "nickName" "My App".short_name,
  handle varchar(60) not null unique,
  initials char(2) not null,
  "isActive" boolean not null default true,
  gender "My App".tone not null default 'mild',
  "fullName" text generated always as ("emailAddress" || ' ' || handle) stored,
  "birthYear" smallint check ("birthYear" > 1900),
  "phoneNumber" text not null check ("phoneNumber" ~ '^[+]'),
  "deleted_at" boolean not null default false,
  primary key ("tenantId", "userId")
);

create table "My App"."Order" (
  "tenantId" uuid not null,
  id integer not null,
  "placedBy" uuid not null,
  note text,
  primary key ("tenantId", id),
  foreign key ("tenantId", "placedBy") references "My App"."User Accounts" ("tenantId", "userId")
);
create table "My App"."Order Line" (
  "tenantId" uuid not null,
  "orderId" integer not null,
  line integer not null,
  "giftMessage" varchar(3) not null,
  primary key ("tenantId", "orderId", line),
  foreign key ("tenantId", "orderId") references "My App"."Order"
);
create table "My App"."Letter" (
  id integer generated always as identity primary key,
  "ownerUserId" uuid not null references "My App"."User Accounts" ("userId") on delete cascade,
  "replyTo" integer references "My App"."Letter",
  body text not null check (length(body) > 12),
  tone "My App".tone not null,
  "line
break" text
);
create index on "My App"."Letter" ("ownerUserId");
create function "My App".copy() returns trigger language plpgsql as 'begin return old; end';
create trigger "Copy it" before delete on "My App"."Letter" for each row execute function "My App".copy();

create table billing.page_views (
  id bigint not null,
  user_id text not null,
  seen_at timestamptz not null,
  ip inet not null,
  user_agent text,
  primary key (id, seen_at)
) partition by range (seen_at);
create table billing.page_views_2025 partition of billing.page_views for values from ('2025-01-01') to ('2026-01-01');
create table billing.page_views_rest partition of billing.page_views default;

create table billing.profiles (
  login text primary key references "My App"."User Accounts" (handle) on update cascade on delete cascade,
  motto text
);
create table billing.wallets (
  id uuid primary key,
  holder text not null references "My App"."User Accounts" ("loginName"),
  iban text not null unique
);
create table billing.rooms (
  id uuid primary key,
  member_ids uuid[] not null default '{}'
);
create table billing.legacy_notes (
  id integer primary key,
  user_id integer not null,
  body text
);
create table billing.prices (id integer primary key, amount numeric not null);
