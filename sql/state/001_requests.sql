create domain lethe.strategy as text
  check (value in ('anonymize', 'hard_delete', 'soft_delete'));
comment on domain lethe.strategy is 'What is done to a departing subject: anonymize, hard_delete, soft_delete.';

create domain lethe.request_state as text
  check (value in ('scheduled', 'executing', 'erased', 'completed', 'cancelled'));
comment on domain lethe.request_state is
  'scheduled → cancelled, or scheduled → executing → erased (the database is done) → completed (outside work too).';

create type lethe.scheduled as (
  request_id bigint,
  scheduled_for timestamptz,
  cancel_token text
);
comment on type lethe.scheduled is 'What schedule_deletion() returns. The token is shown here and nowhere else.';

create type lethe.execution as (
  executed integer,
  failed integer,
  blocked integer,
  remaining bigint
);
comment on type lethe.execution is 'What one call of execute_due_deletions() did, and how many due requests are left (counted up to 10,000).';

create type lethe.status as (
  status text,
  days_remaining integer,
  scheduled_for timestamptz,
  due_by timestamptz,
  request_id bigint,
  strategy lethe.strategy,
  requested_at timestamptz
);
comment on type lethe.status is 'Where a subject stands: not_scheduled, scheduled, executing or deleted. Days are rounded up.';

-- One row: the terms in force. Written by the migration, read by every function.
create table lethe.annotation (
  only_row boolean primary key default true check (only_row),
  hash text not null,
  strategies text[] not null,
  grace_period interval not null,
  cancel_cooldown interval not null,
  options jsonb not null
);
comment on table lethe.annotation is 'The terms of the annotation in force: allowed strategies (the first is the default), grace, cooldown, options.';

create table lethe.annotated_table (
  table_name text primary key,
  class text not null
);
comment on table lethe.annotated_table is 'Every table that the annotation decides, and how.';

create table lethe.annotated_column (
  table_name text not null,
  column_name text not null,
  type text not null,
  not_null boolean not null,
  decision text not null,
  personal boolean not null,
  primary key (table_name, column_name)
);
comment on table lethe.annotated_column is 'Every column of a decided table as the annotation knew it.';

create table lethe.deletion_request (
  id bigint generated always as identity primary key,
  subject_id {{key}} not null,
  state lethe.request_state not null default 'scheduled',
  strategy lethe.strategy not null,
  options jsonb not null default '{}',
  reason text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  scheduled_for timestamptz not null,
  due_by timestamptz not null,
  executed_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  blocked_at timestamptz,
  last_error text,
  annotation_hash text not null,
  preserved jsonb,
  cancel_token_hash bytea,
  executing_xact xid8
);
comment on table lethe.deletion_request is 'One run of the lifecycle for one subject.';
comment on column lethe.deletion_request.due_by is 'One month after the request: GDPR Art. 12(3).';
comment on column lethe.deletion_request.preserved is 'What cancel_deletion() puts back; wiped at cancellation and at execution.';
comment on column lethe.deletion_request.cancel_token_hash is 'sha256 of the one-time token; the token itself is not stored.';
comment on column lethe.deletion_request.executing_xact is
  'The transaction that is erasing right now: triggers recognise Lethe''s own work by it, never by a role or a setting.';
comment on column lethe.deletion_request.last_error is 'SQLSTATE, table and constraint of the last failure; never a message, which may hold values.';

create unique index deletion_request_active on lethe.deletion_request (subject_id)
  where state in ('scheduled', 'executing');
create index deletion_request_subject on lethe.deletion_request (subject_id, id);
create index deletion_request_due on lethe.deletion_request ((greatest(scheduled_for, next_attempt_at)))
  where state = 'scheduled' and blocked_at is null;
create index deletion_request_blocked on lethe.deletion_request (blocked_at)
  where state = 'scheduled' and blocked_at is not null;
create index deletion_request_executing on lethe.deletion_request (id)
  where state = 'executing';
create unique index deletion_request_token on lethe.deletion_request (cancel_token_hash)
  where cancel_token_hash is not null;

create table lethe.deletion_event (
  request_id bigint not null references lethe.deletion_request (id),
  seq integer not null,
  event text not null,
  actor text not null,
  at timestamptz not null,
  details jsonb not null default '{}',
  hash bytea not null,
  primary key (request_id, seq)
);
comment on table lethe.deletion_event is 'What happened to a request, append-only; each hash covers the one before it. No personal data.';

create table lethe.effect (
  id bigint generated always as identity primary key,
  request_id bigint not null references lethe.deletion_request (id),
  name text not null,
  state text not null default 'pending'
    check (state in ('pending', 'delivering', 'done', 'skipped', 'failed')),
  payload jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
comment on table lethe.effect is 'Work outside the database, written in the transaction that causes it; payloads are wiped once delivered.';
create index effect_request on lethe.effect (request_id);

-- Placed in the key of hashes that replace personal values: the same value gives the same hash in this database only.
create table lethe.hash_key (
  only_row boolean primary key default true check (only_row),
  key bytea not null
);
insert into lethe.hash_key (key)
values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
