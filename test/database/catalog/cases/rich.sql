-- A schema with everything that the snapshot has a place for. Its golden is rich.json, the same on every version.
create schema app;
create schema "My Shop";
create schema graphile_worker;
create schema lethe;
create extension citext with schema public;
create extension pg_stat_statements with schema public;

create table graphile_worker.jobs (id integer);
create table lethe.deletion_request (id integer);
create view lethe.hidden_subjects as
  select id from lethe.deletion_request;

create type app.mood as enum ('sad', 'ok', 'happy');
create domain app.email as character varying(80) not null
  constraint email_form check (value ~ '^[^@]+@[^@]+$')
  constraint email_case check (value = lower(value));
create domain app.work_email as app.email check (value like '%@example.com');
create domain app.feeling as app.mood check (value <> 'sad');

create table app.users (
  id bigint generated always as identity primary key,
  "e-Mail" app.work_email,
  login public.citext not null constraint users_login_key unique deferrable,
  name character varying(40) default 'nobody',
  code char(2),
  mood app.mood default 'ok',
  feeling app.feeling,
  moods app.mood[],
  addresses app.email[],
  tags text[] not null default '{}',
  balance numeric(10, 2),
  born date default '2000-02-01',
  seen timestamp(3) with time zone default '2020-01-01 12:00:00+02',
  pause interval default '1 day 02:00:00',
  token bytea default '\x01ff',
  shout text generated always as (upper(name)) stored,
  dropped text,
  constraint grown_up check (born < '2010-01-01' or name is null),
  constraint balanced check (balance > 0)
);
alter table app.users drop column dropped;
alter table app.users add column tenant integer not null default 1;
alter table app.users add constraint users_tenant_login unique (tenant, login);
create unique index users_lower_name on app.users (lower(name), tenant) include (code) where code is not null;
create unique index users_code on app.users (code) nulls not distinct;
create index users_tags on app.users using gin (tags);
create index users_hash on app.users using hash (name);
alter table app.users replica identity full;

create table app.posts (
  id serial primary key,
  tenant integer,
  login public.citext,
  author bigint references app.users on delete cascade on update restrict,
  editor bigint,
  reply_to integer references app.posts deferrable initially deferred,
  body text,
  constraint posts_login_fkey foreign key (tenant, login) references app.users (tenant, login)
    on delete set null (login),
  constraint posts_editor_fkey foreign key (editor) references app.users on delete set default
);

create table "My Shop"."Order.Items" (
  "Order" integer,
  "a ""b""" text,
  primary key ("Order", "a ""b""")
);
create table "My Shop"."user" (
  "Order" integer,
  "what.ever" text,
  foreign key ("Order", "what.ever") references "My Shop"."Order.Items" on delete no action
);

create table app.log (
  id uuid not null default gen_random_uuid(),
  at timestamp without time zone not null,
  user_id bigint references app.users on delete cascade,
  line text constraint line_length check (length(line) < 1000),
  primary key (id, at)
)
partition by range (at);
create table app.log_2024 partition of app.log for values from ('2024-01-01') to ('2025-01-01');
create table app.log_2025 partition of app.log for values from ('2025-01-01') to ('2026-01-01')
  partition by range (at);
create table app.log_2025_rest partition of app.log_2025 default;
create index log_user_id on app.log (user_id);
create table app.log_note (
  log_id uuid,
  log_at timestamp without time zone,
  constraint log_note_log_fkey foreign key (log_id, log_at) references app.log on delete cascade
);

create table app.vehicle (id integer primary key, plate text);
create table app.car (doors integer) inherits (app.vehicle);

create function app.touch() returns trigger
  language plpgsql
  as $$ begin return new; end $$;
create function app."Say ""no"""() returns trigger
  language plpgsql
  as $$ begin return null; end $$;
create trigger touch before insert or update of name, code on app.users
  for each row execute function app.touch();
create trigger "odd WHEN (name" after update on app.users
  for each row when (old.name is distinct from new.name and new.name <> ' WHEN (it''s) EXECUTE FUNCTION \')
  execute function app.touch('WHEN (x)');
create trigger no_truncate after delete or truncate on app.posts
  for each statement execute function app."Say ""no"""();
create trigger sleeping after delete on app.posts
  for each row execute function app.touch();
alter table app.posts disable trigger sleeping;
create constraint trigger at_commit after insert on app.posts
  deferrable initially deferred
  for each row when (new.body is not null) execute function app.touch();
create trigger log_touch after insert on app.log
  for each row execute function app.touch();

alter table app.users enable row level security;
alter table app.posts enable row level security;
alter table app.posts force row level security;
create policy own on app.users
  using (id = nullif(current_setting('app.user_id', true), '')::bigint);
create policy reader on app.posts as restrictive for select to pg_monitor, pg_database_owner
  using (exists (select from app.users u where u.id = author));
create policy writer on app.posts for insert
  with check (body <> '');

create view app.active with (security_invoker = on) as
  select u.id, u.name, p.body from app.users u join app.posts p on p.author = u.id;
create view app.plain with (security_invoker = 0) as
  select id from app.active;
create materialized view app.counts as
  select author, count(*) from app.posts group by author;

create publication zebra for table app.posts;
create publication everything for all tables;
create publication of_shop for tables in schema "My Shop";
