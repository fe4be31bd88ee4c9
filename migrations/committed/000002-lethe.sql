--! Previous: sha1:e318c9ed8aaf648ec365b08b13f271905a96da75
--! Hash: sha1:0f55997442ce54d65b3888d61d16d12e767e0465
--! Message: lethe

--! split: 001-lethe.sql
-- Lethe: the life of an account deletion. Generated from the annotation file by `lethe generate`; don't edit.
-- annotation b80d6c8da6ad879abd43ffd43342fa36ca0d44da0679bbf69887b260a90d5f9b
--
-- subject: public.users (id uuid); strategies: anonymize, hard_delete, soft_delete; grace: 14 days; cooldown: 24 hours
-- Reviewers: the parts WHAT IS ERASED, LOCKING OUT and GUARDS say what happens to whose rows; the rest is the same
-- for every application. The file may run again and again: what hasn't changed isn't touched.

set local lock_timeout = '5s';
set local check_function_bodies = off;

-- What is being erased, scheduled or cancelled is finished first; what follows waits.
do $wait$
begin
  perform pg_advisory_xact_lock(hashtextextended('lethe migration', 0));
end
$wait$;

create schema if not exists lethe;

-- =============================================================================
-- TOOLS OF THIS MIGRATION
-- Temporary; nothing of them stays in the database. The same in every
-- migration: skip to WHAT IS ERASED.
-- =============================================================================

-- The tools that this file itself works with. They live in pg_temp: nothing of them stays in the database.
-- An object is created or replaced only where its definition differs from what was recorded when it was made,
-- because even a CREATE POLICY or ADD COLUMN IF NOT EXISTS that does nothing locks its whole table.

do $helpers$
begin
  if to_regclass('lethe.object') is null then
    create table lethe.object (
      name text primary key,
      definition_hash text not null,
      position bigint generated always as identity
    );
    comment on table lethe.object is 'What Lethe''s migrations created, with the hash of each definition.';
    create table lethe.step (
      number integer primary key,
      definition_hash text not null,
      applied_at timestamptz not null default clock_timestamp()
    );
    comment on table lethe.step is 'The numbered steps that brought Lethe''s own tables to their present shape.';
    revoke all on lethe.object, lethe.step from public;
  end if;
end
$helpers$;

drop table if exists pg_temp.lethe_run;
create temporary table lethe_run (object text primary key, roles name[]) on commit drop;

create or replace function pg_temp.lethe_require_transaction() returns void
language plpgsql as $helper$
begin
  if to_regclass('pg_temp.lethe_run') is null then
    raise exception 'this migration must run in one transaction'
      using hint = 'Run it with graphile-migrate, or with psql --single-transaction.';
  end if;
end
$helper$;

-- Does the object that the name describes exist? Names are written as DROP takes them.
create or replace function pg_temp.lethe_exists(object text) returns boolean
language plpgsql as $helper$
declare
  part text[];
begin
  part := regexp_match(object, '^(?:function|procedure) (.*)$');
  if part is not null then
    return to_regprocedure(part[1]) is not null;
  end if;
  part := regexp_match(object, '^index (.*)$');
  if part is not null then
    return to_regclass(part[1]) is not null;
  end if;
  part := regexp_match(object, '^view (.*)$');
  if part is not null then
    -- Replaced without its WITH clause, a view that hides shows rows with its owner's rights: it is made anew.
    return exists (
      select from pg_class c
      where c.oid = to_regclass(part[1])
        and (
          c.relnamespace = 'lethe'::regnamespace
          or exists (
            select from pg_options_to_table(c.reloptions) o
            where o.option_name = 'security_invoker' and o.option_value::boolean
          )
        )
    );
  end if;
  part := regexp_match(object, '^column (.*) of (.*)$');
  if part is not null then
    return exists (
      select from pg_attribute a
      where a.attrelid = to_regclass(part[2]) and quote_ident(a.attname) = part[1] and not a.attisdropped
    );
  end if;
  part := regexp_match(object, '^trigger (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_trigger g
      where g.tgrelid = to_regclass(part[2]) and quote_ident(g.tgname) = part[1]
    );
  end if;
  part := regexp_match(object, '^policy (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_policy p
      where p.polrelid = to_regclass(part[2]) and quote_ident(p.polname) = part[1]
    );
  end if;
  part := regexp_match(object, '^constraint (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_constraint c
      where c.conrelid = to_regclass(part[2]) and quote_ident(c.conname) = part[1]
    );
  end if;
  part := regexp_match(object, '^row security on (.*)$');
  if part is not null then
    return exists (select from pg_class c where c.oid = to_regclass(part[1]) and c.relrowsecurity);
  end if;
  raise exception 'unknown kind of object: %', object;
end
$helper$;

-- A column that was added stays when its annotation goes: it holds data. Everything else is dropped.
create or replace function pg_temp.lethe_remove(object text) returns void
language plpgsql as $helper$
declare
  part text[];
begin
  part := regexp_match(object, '^constraint (.*) on (.*)$');
  if part is not null then
    execute format('alter table if exists %s drop constraint if exists %s', part[2], part[1]);
    return;
  end if;
  part := regexp_match(object, '^row security on (.*)$');
  if part is not null then
    execute format('alter table if exists %s disable row level security', part[1]);
    return;
  end if;
  part := regexp_match(object, '^(function|procedure|view|index|trigger|policy) (.*)$');
  if part is not null then
    execute format('drop %s if exists %s', part[1], part[2]);
  end if;
end
$helper$;

-- Moves Lethe's own tables forward: each numbered step runs once in the life of a database.
create or replace procedure pg_temp.lethe_step(number integer, definition text)
language plpgsql as $helper$
declare
  recorded text;
  hash constant text := encode(sha256(convert_to(definition, 'UTF8')), 'hex');
begin
  perform pg_temp.lethe_require_transaction();
  select s.definition_hash into recorded from lethe.step s where s.number = lethe_step.number;
  if not found then
    execute definition;
    insert into lethe.step (number, definition_hash) values (number, hash);
  elsif recorded <> hash then
    raise exception 'step % of Lethe''s tables was applied with another definition', number
      using hint = 'Steps are never edited: generate the migration with the version of pg-lethe that made this database, or a newer one.';
  end if;
end
$helper$;

-- Creates or replaces one object, where its definition changed or it is missing.
create or replace procedure pg_temp.lethe_define(object text, definition text)
language plpgsql as $helper$
declare
  recorded text;
  hash constant text := encode(sha256(convert_to(definition, 'UTF8')), 'hex');
begin
  perform pg_temp.lethe_require_transaction();
  insert into lethe_run (object) values (object);
  select o.definition_hash into recorded from lethe.object o where o.name = object;
  if recorded = hash and pg_temp.lethe_exists(object) then
    return;
  end if;
  -- What is there without having been recorded was made ahead of this migration, concurrently.
  if recorded is not null and object ~ '^(policy|constraint|index) ' then
    perform pg_temp.lethe_remove(object);
  end if;
  begin
    execute definition;
  exception
    -- A changed result type or column list can't be replaced: drop it and create it anew.
    when invalid_function_definition or invalid_table_definition or wrong_object_type then
      perform pg_temp.lethe_remove(object);
      execute definition;
  end;
  insert into lethe.object (name, definition_hash) values (object, hash)
  on conflict (name) do update set definition_hash = excluded.definition_hash;
end
$helper$;

-- Takes a table's lock up front, where anything that is defined on it changed since the last run.
create or replace procedure pg_temp.lethe_lock(object text, relation text, mode text, hash text)
language plpgsql as $helper$
begin
  perform pg_temp.lethe_require_transaction();
  if not exists (select from lethe.object o where o.name = object and o.definition_hash = hash) then
    execute format('lock table %s in %s mode', relation, mode);
    insert into lethe.object (name, definition_hash) values (object, hash)
    on conflict (name) do update set definition_hash = excluded.definition_hash;
  end if;
  insert into lethe_run (object) values (object);
end
$helper$;

-- Gives exactly these roles the privilege, and takes it from everybody else but the owner.
create or replace procedure pg_temp.lethe_grant(object text, privilege text, roles name[])
language plpgsql as $helper$
begin
  perform pg_temp.lethe_require_transaction();
  insert into lethe_run (object, roles) values ('grant ' || privilege || ' on ' || object, roles);
  perform pg_temp.lethe_set_privilege(object, privilege, roles);
end
$helper$;

create or replace function pg_temp.lethe_set_privilege(object text, privilege text, roles name[]) returns void
language plpgsql as $helper$
declare
  part constant text[] := regexp_match(object, '^(function|procedure|view|table|schema) (.*)$');
  acl aclitem[];
  owner oid;
  relation oid;
  keyword text;
  grantee record;
begin
  if part[1] in ('function', 'procedure') then
    keyword := part[1];
    select coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner into acl, owner
    from pg_proc p where p.oid = part[2]::regprocedure;
  elsif part[1] = 'schema' then
    keyword := 'schema';
    select coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner into acl, owner
    from pg_namespace n where quote_ident(n.nspname) = part[2];
  else
    keyword := 'table';
    select coalesce(c.relacl, acldefault('r', c.relowner)), c.relowner, c.oid into acl, owner, relation
    from pg_class c where c.oid = part[2]::regclass;
  end if;
  for grantee in
    select distinct a.grantee,
           case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as name
    from (
      select e.grantee,
             e.grantee <> 0 and pg_get_userbyid(e.grantee) = any (roles) and e.privilege_type = upper(privilege) as wanted
      from aclexplode(acl) e
      union all
      -- A right to a single column is never one of ours.
      select e.grantee, false
      from pg_attribute c, aclexplode(c.attacl) e
      where c.attrelid = relation
    ) a
    where a.grantee <> owner and not a.wanted
  loop
    execute format('revoke all on %s %s from %s', keyword, part[2], grantee.name);
  end loop;
  for grantee in
    select quote_ident(r) as name
    from unnest(roles) r
    where r::text <> pg_get_userbyid(owner)
      and not exists (
        select from aclexplode(acl) a
        where a.grantee <> 0 and pg_get_userbyid(a.grantee) = r and a.privilege_type = upper(privilege)
      )
  loop
    execute format('grant %s on %s %s to %s', privilege, keyword, part[2], grantee.name);
  end loop;
end
$helper$;

-- Removes what an older annotation emitted and this one doesn't, and closes whatever was not opened above.
create or replace procedure pg_temp.lethe_finish()
language plpgsql as $helper$
declare
  leftover record;
begin
  perform pg_temp.lethe_require_transaction();
  for leftover in
    select o.name from lethe.object o
    where not exists (select from lethe_run r where r.object = o.name)
      and o.name !~ '^column '
    order by o.position desc
  loop
    if leftover.name !~ '^objects on ' then
      perform pg_temp.lethe_remove(leftover.name);
    end if;
    delete from lethe.object o where o.name = leftover.name;
  end loop;

  for leftover in
    select case p.prokind when 'p' then 'procedure ' else 'function ' end || p.oid::regprocedure as name, 'execute' as privilege
    from pg_proc p where p.pronamespace = 'lethe'::regnamespace
    union all
    select 'table ' || c.oid::regclass, 'select'
    from pg_class c where c.relnamespace = 'lethe'::regnamespace and c.relkind in ('r', 'v', 'S', 'p')
  loop
    if not exists (
      select from lethe_run r
      where r.roles is not null
        and r.object like 'grant %'
        and pg_temp.lethe_same(r.object, leftover.name)
    ) then
      perform pg_temp.lethe_set_privilege(leftover.name, leftover.privilege, '{}');
    end if;
  end loop;
end
$helper$;

-- Is the object of a "grant … on …" line the same as the one named? Spelling of types may differ.
create or replace function pg_temp.lethe_same(granted text, name text) returns boolean
language plpgsql as $helper$
declare
  part constant text[] := regexp_match(granted, '^grant \w+ on (function|procedure|view|table|schema) (.*)$');
begin
  if name ~ '^(function|procedure) ' then
    return part[1] in ('function', 'procedure')
      and to_regprocedure(part[2]) = to_regprocedure(regexp_replace(name, '^\w+ ', ''));
  end if;
  return part[1] in ('view', 'table') and to_regclass(part[2]) = to_regclass(regexp_replace(name, '^\w+ ', ''));
end
$helper$;

-- Stops the migration where the database is not the one that the annotation was made for.
create or replace procedure pg_temp.lethe_verify(subject text, strategies text[], marks text[])
language plpgsql
set search_path = pg_catalog
as $helper$
declare
  differences text;
begin
  perform pg_temp.lethe_verify_privileges();

  with difference as (
    select format('%s.%s: ', c.table_name, c.column_name) || case
             when c.expected is null then 'nobody decided this column'
             else format('expected %s, found %s', c.expected, coalesce(c.found, 'nothing'))
           end as line
    from lethe.column_changes c
    where c.expected is not null
      -- Marks that are there though no Lethe has recorded them: made ahead of this migration, or by one that was dropped.
      or format('column %s of %s', c.column_name, c.table_name) <> all (marks)
    union all
    select format('%s: nobody decided this table, which references %s', k.conrelid::regclass, subject)
    from pg_constraint k
    join pg_class r on r.oid = k.conrelid
    join pg_namespace n on n.oid = r.relnamespace
    where k.contype = 'f'
      and k.conparentid = 0
      and k.confrelid = subject::regclass
      and not exists (select from lethe.annotated_table t where t.table_name = n.nspname || '.' || r.relname)
  )
  select string_agg(d.line, E'\n' order by d.line) into differences from difference d;
  if differences is not null then
    raise exception E'the database is not the one that this migration was generated for:\n%', differences
      using errcode = 'LT009',
            hint = 'Run `lethe sync`, decide what is new, and generate the migration again.';
  end if;

  select string_agg(distinct r.strategy::text, ', ') into differences
  from lethe.deletion_request r
  where r.state in ('scheduled', 'executing') and r.strategy <> all (strategies);
  if differences is not null then
    raise exception 'requests are under way with a strategy that the annotation no longer allows: %', differences
      using errcode = 'LT008',
            hint = 'Keep it among lifecycle.strategies until they are done, or cancel them.';
  end if;
end
$helper$;

-- The last look, with everything in place: a difference that would make requests wait makes the migration fail instead.
create or replace procedure pg_temp.lethe_verify_drift()
language plpgsql as $helper$
declare
  differences text;
begin
  select string_agg(
           format('%s: %s %s: expected %s, found %s', d.table_name, d.kind, d.object, d.expected, d.found),
           E'\n' order by d.table_name, d.kind, d.object
         )
  into differences
  from lethe.drift d
  -- A new trigger holds up no execution, but nobody can have decided about it when this file was generated.
  where d.severity = 'error' or (d.kind = 'trigger' and cardinality(d.strategies) > 0);
  if differences is null then
    return;
  elsif exists (select from lethe.annotation a where a.drift = 'warn') then
    raise warning E'the database is not the one that this migration was generated for:\n%', differences;
    return;
  end if;
  raise exception E'the database is not the one that this migration was generated for:\n%', differences
    using errcode = 'LT009',
          hint = 'Run `lethe sync`, decide what is new, and generate the migration again.';
end
$helper$;

-- The functions run with their owner's rights: without rights on a table they would fail, or erase nothing there.
create or replace function pg_temp.lethe_verify_privileges() returns void
language plpgsql
set search_path = pg_catalog
as $helper$
declare
  problem record;
begin
  for problem in
    select t.table_name, t.privileges, n.nspname as schema_name, n.oid as schema, r.oid as relation, r.relrowsecurity
    from lethe.annotated_table t
    join pg_namespace n on n.nspname = split_part(t.table_name, '.', 1)
    join pg_class r on r.relnamespace = n.oid and n.nspname || '.' || r.relname = t.table_name
    where t.class <> 'keep' and not pg_has_role(current_user, r.relowner, 'usage')
    order by t.table_name
  loop
    if problem.privileges is null then
      raise exception 'this migration must run as the owner of %, or as an inheriting member of its owner', problem.table_name
        using errcode = 'insufficient_privilege',
              hint = 'Run it as the role that owns all annotated tables.';
    elsif not has_schema_privilege(problem.schema, 'usage') then
      raise exception '% may not use the schema %', current_user, problem.schema_name
        using errcode = 'insufficient_privilege',
              hint = format('grant usage on schema %I to %I;', problem.schema_name, current_user);
    elsif exists (select from unnest(problem.privileges) p where not has_table_privilege(problem.relation, p)) then
      raise exception '% lacks privileges on %', current_user, problem.table_name
        using errcode = 'insufficient_privilege',
              hint = format('grant %s on %s to %I;', array_to_string(problem.privileges, ', '),
                problem.relation::regclass, current_user);
    elsif problem.relrowsecurity
      and not exists (select from pg_roles m where m.rolname = current_user and (m.rolsuper or m.rolbypassrls)) then
      raise exception 'row-level security on % would hide rows from %', problem.table_name, current_user
        using errcode = 'insufficient_privilege',
              hint = 'Run it as a role with BYPASSRLS that holds the privileges, or as the owner of the table.';
    end if;
  end loop;
end
$helper$;

-- =============================================================================
-- LETHE'S OWN TABLES
-- Numbered steps; each runs once in the life of a database.
-- =============================================================================

call pg_temp.lethe_step(1, $step$
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
  subject_id uuid not null,
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
$step$);

call pg_temp.lethe_step(2, $step$
-- How many events of a kind were recorded and not yet counted by a worker. A row for each call of record_events(), in the
-- transaction of the events themselves, and deleted by the worker who counts it: each is counted by one worker only,
-- however late its transaction commits and in whatever order.
create table lethe.event_tally (
  id bigint generated always as identity primary key,
  event text not null,
  count integer not null
);
comment on table lethe.event_tally is 'Events that no worker has counted for its metrics yet; take_event_counts() empties it.';
$step$);

call pg_temp.lethe_step(3, $step$
-- What the annotation knew of the database beyond its columns: with it, lethe.drift tells what has changed since.
alter table lethe.annotation
  add column drift text not null default 'refuse' check (drift in ('refuse', 'warn'));
comment on column lethe.annotation.drift is 'Whether requests wait while a table that their strategy touches has drifted.';

alter table lethe.annotated_table
  add column strategies text[] not null default '{}',
  add column removes text[] not null default '{}',
  add column survives text[] not null default '{}';
comment on column lethe.annotated_table.strategies is 'Strategies that read or write the table.';
comment on column lethe.annotated_table.removes is 'Strategies that remove rows of it.';
comment on column lethe.annotated_table.survives is 'Strategies that touch the table and leave a person''s rows there.';

create table lethe.annotated_object (
  table_name text not null,
  kind text not null,
  name text not null,
  expected text not null,
  primary key (table_name, kind, name)
);
comment on table lethe.annotated_object is
  'Foreign keys, triggers and indexes that the annotation was checked against.';

create type lethe.difference as (
  table_name text,
  object text,
  kind text,
  expected text,
  found text,
  severity text,
  strategies text[]
);
comment on type lethe.difference is
  'One difference between the database and the annotation, and the strategies that wait until it is decided.';
$step$);

call pg_temp.lethe_step(4, $step$
-- Marks of people whose table belongs to somebody else and can't hold them; empty everywhere else.
create table lethe.mark (
  subject_id uuid primary key,
  deleted_at timestamptz not null,
  scheduled_for timestamptz
);
comment on table lethe.mark is 'Who is leaving or gone, where the annotation says marks: "lethe".';
comment on column lethe.mark.scheduled_for is 'When the erasure is due; null once it is done.';

-- Rows that were marked before Lethe came. Listed once, so that what the application marks later on is never taken for one.
create table lethe.legacy (
  subject_id uuid primary key
);
comment on table lethe.legacy is
  'People marked before Lethe came who are still to be erased (marks.legacy: "erase"); the worker schedules them and takes them off the list.';

alter table lethe.annotation
  add column marks text,
  add column legacy text not null default 'leave' check (legacy in ('leave', 'erase'));
comment on column lethe.annotation.marks is 'Where it is written who is leaving or gone.';
comment on column lethe.annotation.legacy is 'What becomes of rows that were marked before Lethe came.';

alter table lethe.annotated_table
  add column privileges text[];
comment on column lethe.annotated_table.privileges is
  'What Lethe''s functions need on a table that they don''t own; null: they must own it.';
$step$);

call pg_temp.lethe_step(5, $step$
-- Rows that outlive their person for a time, so that they can be purged when it is over.

-- What the annotation said when the rows were kept. Rows are never changed: entries made under older terms keep those.
create table lethe.retention (
  id integer generated always as identity primary key,
  table_name text not null,
  key_columns text[] not null,
  since text not null,
  kept_for interval not null,
  basis text not null,
  unique (table_name, key_columns, since, kept_for, basis)
);
comment on table lethe.retention is 'The terms under which rows are kept beyond their person: since when, how long, on what basis.';

-- No foreign key to the request: requests are never deleted, and there may be ten million rows.
create table lethe.retained (
  request_id bigint not null,
  retention_id integer not null references lethe.retention (id),
  row_key jsonb not null,
  purge_after timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  primary key (request_id, retention_id, row_key)
);
comment on table lethe.retained is 'Rows of erased people that stay until purge_after, by primary key; under hard_delete nothing else leads there.';
comment on column lethe.retained.row_key is 'The primary key''s values, in the order of the retention''s key_columns.';
comment on column lethe.retained.last_error is 'SQLSTATE, table and constraint of the last failed purge; never a message, which may hold values.';
create index retained_due on lethe.retained ((greatest(purge_after, next_attempt_at)));

create type lethe.purge_outcome as (
  request_id bigint,
  row_key jsonb,
  outcome text,
  purge_after timestamptz
);
comment on type lethe.purge_outcome is
  'What became of one entry: purged, gone (there is no such row any more), released (it is somebody else''s now),
   later (its date was corrected), swallowed (a trigger kept it), unknown (no rule of the annotation names it any more).';

alter type lethe.status
  add attribute kept_rows bigint,
  add attribute kept_until timestamptz;
$step$);

call pg_temp.lethe_step(6, $step$
-- Effects get everything that their delivery needs; a request knows the end of its event chain, and what was erased.
alter table lethe.effect
  add column handler text not null default '',
  add column at text not null default 'execute' check (at in ('schedule', 'before', 'cancel', 'execute')),
  add column after text[] not null default '{}',
  add column required boolean not null default false,
  add column idempotency_key uuid not null default gen_random_uuid(),
  add column deliver_after timestamptz not null default now(),
  add column next_attempt_at timestamptz default now(),
  add column attempts integer not null default 0,
  add column failures integer not null default 0,
  add column withdrawn boolean not null default false,
  add column last_error text,
  add column receipt jsonb;
alter table lethe.effect
  alter column handler drop default,
  alter column at drop default;
comment on column lethe.effect.handler is 'Who delivers it: a name in lethe.effects.ts.';
comment on column lethe.effect.at is 'What caused it: schedule, before (the execution), cancel, execute.';
comment on column lethe.effect.after is 'Names of effects of the same request that have to be done or skipped first.';
comment on column lethe.effect.required is 'The execution waits until it is done or skipped.';
comment on column lethe.effect.payload is 'Personal values, captured before they were erased. Null once they aren''t needed any more.';
comment on column lethe.effect.idempotency_key is 'The same for every attempt: a service that knows it does the work once.';
comment on column lethe.effect.deliver_after is 'Not before; a reminder''s day.';
comment on column lethe.effect.next_attempt_at is
  'When it may be claimed; while it is delivering, when the lease is over. Null while it waits for others, and at the end.';
comment on column lethe.effect.attempts is 'How often it was claimed. The number of a claim: whoever held an earlier one changes nothing any more.';
comment on column lethe.effect.failures is 'Attempts in vain that count: at lethe.annotation.effect_attempts it is a dead letter.';
comment on column lethe.effect.withdrawn is 'What it was for is over (cancelled, executed) while it was under way: it ends as skipped, and isn''t tried again.';
comment on column lethe.effect.last_error is 'A code such as http_503, timeout, ECONNREFUSED; never a message, which may hold values.';
comment on column lethe.effect.receipt is 'What the service said, without personal values: a status, a request id, a count.';

-- By handler: the many effects of a service that is down stand in nobody else's way.
create index effect_due on lethe.effect (handler, next_attempt_at)
  where state in ('pending', 'delivering');
create index effect_leased on lethe.effect (next_attempt_at)
  where state = 'delivering';
create index effect_open on lethe.effect (request_id, name)
  where state in ('pending', 'delivering', 'failed');

create type lethe.claimed_effect as (
  effect_id bigint,
  request_id bigint,
  name text,
  at text,
  payload jsonb,
  idempotency_key uuid,
  attempt integer
);
comment on type lethe.claimed_effect is 'What claim_effects() hands to a worker. The attempt is the number of the claim.';

create type lethe.effect_result as (
  effect bigint,
  attempt integer,
  state text,
  code text,
  retry_after_ms double precision,
  receipt jsonb
);
comment on type lethe.effect_result is
  'What a worker says of one delivery: done, skipped, retry (failed in passing), failed (for good), unavailable (not tried).';

alter table lethe.annotation
  add column effect_attempts integer not null default 25 check (effect_attempts > 0),
  add column payload_retention interval not null default '90 days';
comment on column lethe.annotation.effect_attempts is 'After so many attempts in vain an effect is a dead letter.';
comment on column lethe.annotation.payload_retention is 'How long the payload of an effect that never succeeds is kept.';

-- Without an end that is written down elsewhere, events cut off the end of a log wouldn't be missed.
alter table lethe.deletion_request
  add column event_count integer not null default 0,
  add column event_head bytea,
  add column erased jsonb;
comment on column lethe.deletion_request.event_count is 'How many events the request has.';
comment on column lethe.deletion_request.event_head is 'The hash of the last one, which covers all before it.';
comment on column lethe.deletion_request.erased is 'Rows erased so far by table and action, while an erasure goes in steps.';
update lethe.deletion_request r
set event_count = e.seq,
    event_head = e.hash
from (
  select distinct on (v.request_id) v.request_id, v.seq, v.hash
  from lethe.deletion_event v
  order by v.request_id, v.seq desc
) e
where e.request_id = r.id;

-- How many rows each statement of an erasure touched, until the end of its transaction, which takes them into the events.
-- Nothing of it has to survive a crash.
create unlogged table lethe.erased_rows (
  id bigint generated always as identity primary key,
  xact xid8 not null,
  strategy text not null,
  table_name text not null,
  action text not null,
  rows bigint not null
);
comment on table lethe.erased_rows is 'Counts of the erasure that is under way in a transaction; empty outside of it.';
create index erased_rows_xact on lethe.erased_rows (xact);
$step$);

call pg_temp.lethe_step(7, $step$
-- By this the triggers know Lethe's own work: rows of the transaction itself, which are gone before it ends. Nobody else
-- ever sees one, a later statement of the same transaction finds none, and so does a restored copy, where the numbers of
-- transactions begin anew. Nothing of it has to survive a crash.
create unlogged table lethe.running (
  subject_id uuid primary key,
  xact xid8 not null default pg_current_xact_id()
);
comment on table lethe.running is 'Subjects that the transaction is erasing; always empty to everybody else.';
alter table lethe.deletion_request drop column executing_xact;

-- Requests are never deleted, and every event is written by record_events() for requests that it holds: a foreign key would
-- only look each of them up again, twice a person. verify_events() tells of events whose request is gone.
alter table lethe.deletion_event drop constraint deletion_event_request_id_fkey;

-- Reasons are wiped when their writer is erased; few requests have one.
create index deletion_request_reason on lethe.deletion_request (subject_id)
  where reason is not null;
$step$);

call pg_temp.lethe_step(8, $step$
-- Rows that somebody's rows point at, written down before those go: what nothing points at afterwards is erased.
-- No foreign key to the request: requests are never deleted, and entries live no longer than an erasure.
create table lethe.orphan (
  request_id bigint not null,
  subject_id uuid not null,
  link text not null,
  row_key jsonb not null,
  primary key (request_id, link, row_key)
);
comment on table lethe.orphan is 'Rows that may be orphaned by an erasure that is under way, by key; emptied when it is done.';
comment on column lethe.orphan.link is 'The table and the columns that are pointed at: public.addresses (id).';
create index orphan_subject on lethe.orphan (subject_id, link);
$step$);

call pg_temp.lethe_step(9, $step$
-- A transaction of the application that began before an erasure can still write for the person afterwards: executed requests
-- are looked at again for some days.
create type lethe.residue_look as (
  looked integer,
  found integer,
  last_executed timestamptz,
  last_request bigint
);
comment on type lethe.residue_look is
  'What residue_after() looked at, for how many something was found, and where the next look goes on.';

create index deletion_request_executed on lethe.deletion_request (executed_at, id)
  where state in ('erased', 'completed');
$step$);

call pg_temp.lethe_step(10, $step$
-- The last whole look for drift, and of which state of the catalog it was.
create table lethe.drift_look (
  only_row boolean primary key default true check (only_row),
  catalog_mark text not null,
  looked_at timestamptz not null,
  refused jsonb not null
);
comment on table lethe.drift_look is
  'What the last look for drift found: strategies that wait, with a table. Good for a minute, while the catalog is the same.';
insert into lethe.drift_look (catalog_mark, looked_at, refused) values ('', '-infinity', '{}');
$step$);

call pg_temp.lethe_step(11, $step$
-- When bulk work may be done, in local time of a zone; null at any time.
alter table lethe.annotation
  add column window_from time,
  add column window_to time,
  add column window_zone text not null default 'UTC',
  add column request_attempts integer not null default 20 check (request_attempts > 0);
comment on column lethe.annotation.window_from is 'Executions by the worker begin then; null: at any time.';
comment on column lethe.annotation.window_to is 'They end then; where it is before window_from, on the next day.';
comment on column lethe.annotation.request_attempts is 'After so many attempts in vain a request is a dead letter: it waits for somebody to look at it.';
$step$);

call pg_temp.lethe_step(12, $step$
-- How many rows the next step of an erasure in steps takes: what it can do in half a second.
alter table lethe.deletion_request
  add column chunk integer not null default 5000 check (chunk > 0);
comment on column lethe.deletion_request.chunk is 'Rows that the next step takes, while an erasure goes in steps.';
$step$);

call pg_temp.lethe_step(13, $step$
comment on type lethe.execution is 'What one call of execute_due_deletions() did, and how many due requests are left (counted up to 1,000).';
$step$);

call pg_temp.lethe_step(14, $step$
-- Where the rows of an erasure in steps are, found in one look for many steps: a look at each step would pass over all that is
-- done already. A hint and no more: each step looks at owner and content again, and a list that a crash has lost is made anew.
create unlogged table lethe.found_rows (
  request_id bigint not null,
  id bigint generated always as identity,
  operation integer not null,
  places tid[] not null,
  primary key (request_id, id)
);
comment on table lethe.found_rows is 'Places of rows that the next steps of an erasure go through, and by which of its statements.';

create type lethe.places as (
  operation integer,
  places tid[]
);
comment on type lethe.places is 'Rows for one step: the number of the statement, and where they are.';
$step$);

call pg_temp.lethe_step(15, $step$
-- A token that goes out with a mail is made when the mail is, and not days before: until then its place is held.
alter table lethe.effect
  add column token_place text,
  add column token_hash bytea;
comment on column lethe.effect.token_place is
  'What stands in the payload for the token until a worker claims the effect for the first time.';
comment on column lethe.effect.token_hash is 'sha256 of the effect''s own token for cancel_deletion_by_token().';
create unique index effect_token on lethe.effect (token_hash)
  where token_hash is not null;
$step$);

call pg_temp.lethe_step(16, $step$
-- Rows that are written for a person between the moment when their effects are and the statement that erases them are told of
-- by that statement: those whose transaction began at this number or later.
alter table lethe.running add column since xid;
comment on column lethe.running.since is 'The oldest transaction that was under way when effects were written.';
alter table lethe.deletion_request add column effects_since xid;
comment on column lethe.deletion_request.effects_since is
  'Of an erasure in steps: the oldest transaction that was under way when effects were written.';
$step$);

call pg_temp.lethe_step(17, $step$
-- Dead letters are few among very many that wait for a service that is down.
create index effect_failed on lethe.effect (request_id, name, id)
  where state = 'failed';
$step$);

-- =============================================================================
-- IS THIS THE RIGHT DATABASE?
-- What the annotation knows of the application's tables. The migration stops
-- where the database differs (LT009).
-- =============================================================================

with declared (table_name, class, strategies, removes, survives, privileges) as (
  values
    ('public.accounts', 'credential', '{anonymize,hard_delete,soft_delete}'::text[], '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], null::text[]),
    ('public.backup_codes', 'mfa', '{anonymize,hard_delete,soft_delete}'::text[], '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], null::text[]),
    ('public.collection_members', 'content', '{anonymize,hard_delete}'::text[], '{anonymize,hard_delete}'::text[], '{}'::text[], null::text[]),
    ('public.collections', 'blocker', '{anonymize,hard_delete,soft_delete}'::text[], '{hard_delete}'::text[], '{anonymize}'::text[], null::text[]),
    ('public.comment_edits', 'content', '{anonymize,hard_delete}'::text[], '{anonymize,hard_delete}'::text[], '{}'::text[], null::text[]),
    ('public.comments', 'content', '{anonymize,hard_delete}'::text[], '{anonymize,hard_delete}'::text[], '{anonymize}'::text[], null::text[]),
    ('public.events', 'content', '{anonymize,hard_delete}'::text[], '{hard_delete}'::text[], '{anonymize}'::text[], null::text[]),
    ('public.invoices', 'retain', '{anonymize,hard_delete}'::text[], '{}'::text[], '{anonymize,hard_delete}'::text[], null::text[]),
    ('public.messages', 'content', '{anonymize,hard_delete}'::text[], '{hard_delete}'::text[], '{anonymize,hard_delete}'::text[], null::text[]),
    ('public.property_listings', 'blocker', '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], '{anonymize,hard_delete}'::text[], null::text[]),
    ('public.sessions', 'session', '{anonymize,hard_delete,soft_delete}'::text[], '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], null::text[]),
    ('public.totp_credentials', 'mfa', '{anonymize,hard_delete,soft_delete}'::text[], '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], null::text[]),
    ('public.uploads', 'content', '{anonymize,hard_delete}'::text[], '{anonymize,hard_delete}'::text[], '{}'::text[], null::text[]),
    ('public.user_tokens', 'session', '{anonymize,hard_delete,soft_delete}'::text[], '{anonymize,hard_delete,soft_delete}'::text[], '{}'::text[], null::text[]),
    ('public.users', 'subject', '{anonymize,hard_delete,soft_delete}'::text[], '{hard_delete}'::text[], '{anonymize,soft_delete}'::text[], null::text[])
), gone as (
  delete from lethe.annotated_table r
  where not exists (select from declared d where d.table_name = r.table_name)
)
insert into lethe.annotated_table as r (table_name, class, strategies, removes, survives, privileges)
select d.*
from declared d
where not exists (select from lethe.annotated_table r where (r.table_name, r.class, r.strategies, r.removes, r.survives, r.privileges) is not distinct from (d.table_name, d.class, d.strategies, d.removes, d.survives, d.privileges))
on conflict (table_name) do update
set class = excluded.class, strategies = excluded.strategies, removes = excluded.removes, survives = excluded.survives, privileges = excluded.privileges;

with declared (table_name, column_name, type, not_null, decision, personal) as (
  values
    ('public.accounts', 'id', 'bigint', true, 'with the row', false),
    ('public.accounts', 'user_id', 'uuid', true, 'with the row', false),
    ('public.accounts', 'provider', 'text', true, 'with the row', false),
    ('public.accounts', 'provider_account_id', 'text', true, 'with the row', false),
    ('public.backup_codes', 'id', 'bigint', true, 'with the row', false),
    ('public.backup_codes', 'user_id', 'uuid', true, 'with the row', false),
    ('public.backup_codes', 'code_hash', 'text', true, 'with the row', false),
    ('public.collection_members', 'id', 'bigint', true, 'with the row', false),
    ('public.collection_members', 'collection_id', 'uuid', true, 'with the row', false),
    ('public.collection_members', 'user_id', 'uuid', true, 'with the row', false),
    ('public.collections', 'id', 'uuid', true, 'with the row', false),
    ('public.collections', 'owner_id', 'uuid', true, 'with the row', false),
    ('public.collections', 'title', 'text', false, 'null', true),
    ('public.collections', 'deleted_at', 'timestamp with time zone', false, 'keep', false),
    ('public.comment_edits', 'id', 'bigint', true, 'with the row', false),
    ('public.comment_edits', 'comment_id', 'uuid', true, 'with the row', false),
    ('public.comment_edits', 'previous_body', 'text', true, 'with the row', false),
    ('public.comments', 'id', 'uuid', true, 'with the row', false),
    ('public.comments', 'listing_id', 'uuid', true, 'with the row', false),
    ('public.comments', 'author_id', 'uuid', true, 'with the row', false),
    ('public.comments', 'body', 'text', true, 'literal', true),
    ('public.events', 'id', 'bigint', true, 'with the row', false),
    ('public.events', 'user_id', 'uuid', false, 'with the row', false),
    ('public.events', 'name', 'text', true, 'keep', false),
    ('public.events', 'payload', 'jsonb', true, 'json_remove', true),
    ('public.events', 'ip', 'inet', false, 'null', true),
    ('public.events', 'created_at', 'timestamp with time zone', true, 'keep', false),
    ('public.invoices', 'id', 'bigint', true, 'with the row', false),
    ('public.invoices', 'user_id', 'uuid', false, 'with the row', false),
    ('public.invoices', 'billing_name', 'text', false, 'literal', true),
    ('public.invoices', 'billing_address', 'text', false, 'null', true),
    ('public.invoices', 'amount_cents', 'bigint', true, 'keep', false),
    ('public.invoices', 'issued_at', 'timestamp with time zone', true, 'keep', false),
    ('public.messages', 'id', 'bigint', true, 'with the row', false),
    ('public.messages', 'sender_id', 'uuid', false, 'with the row', false),
    ('public.messages', 'recipient_id', 'uuid', false, 'with the row', false),
    ('public.messages', 'body', 'text', true, 'literal', true),
    ('public.property_listings', 'id', 'uuid', true, 'with the row', false),
    ('public.property_listings', 'creator_id', 'uuid', false, 'with the row', false),
    ('public.property_listings', 'title', 'text', true, 'keep', false),
    ('public.property_listings', 'contact_phone', 'text', false, 'null', true),
    ('public.property_listings', 'contact_email', 'text', false, 'null', true),
    ('public.property_listings', 'deleted_at', 'timestamp with time zone', false, 'keep', false),
    ('public.sessions', 'id', 'uuid', true, 'with the row', false),
    ('public.sessions', 'user_id', 'uuid', true, 'with the row', false),
    ('public.sessions', 'token', 'text', true, 'with the row', false),
    ('public.sessions', 'ip', 'inet', false, 'with the row', false),
    ('public.sessions', 'user_agent', 'text', false, 'with the row', false),
    ('public.sessions', 'expires_at', 'timestamp with time zone', true, 'with the row', false),
    ('public.totp_credentials', 'id', 'bigint', true, 'with the row', false),
    ('public.totp_credentials', 'user_id', 'uuid', true, 'with the row', false),
    ('public.totp_credentials', 'secret', 'text', true, 'with the row', false),
    ('public.uploads', 'id', 'uuid', true, 'with the row', false),
    ('public.uploads', 'user_id', 'uuid', true, 'with the row', false),
    ('public.uploads', 'url', 'text', true, 'with the row', false),
    ('public.user_tokens', 'id', 'bigint', true, 'with the row', false),
    ('public.user_tokens', 'user_id', 'uuid', true, 'with the row', false),
    ('public.user_tokens', 'context', 'text', true, 'with the row', false),
    ('public.user_tokens', 'token', 'text', true, 'with the row', false),
    ('public.user_tokens', 'sent_to', 'text', false, 'with the row', false),
    ('public.users', 'id', 'uuid', true, 'keep', false),
    ('public.users', 'email', 'text', true, 'email', true),
    ('public.users', 'unconfirmed_email', 'text', false, 'null', true),
    ('public.users', 'hashed_password', 'text', false, 'null', true),
    ('public.users', 'name', 'text', false, 'null', true),
    ('public.users', 'display_name', 'text', false, 'literal', true),
    ('public.users', 'image', 'text', false, 'null', true),
    ('public.users', 'phone', 'text', false, 'null', true),
    ('public.users', 'address', 'text', false, 'null', true),
    ('public.users', 'city', 'text', false, 'null', true),
    ('public.users', 'state', 'text', false, 'null', true),
    ('public.users', 'zip_code', 'text', false, 'null', true),
    ('public.users', 'country', 'text', false, 'null', true),
    ('public.users', 'gender', 'text', false, 'null', true),
    ('public.users', 'birth_date', 'date', false, 'null', true),
    ('public.users', 'nationality', 'text', false, 'null', true),
    ('public.users', 'locale', 'text', true, 'keep', false),
    ('public.users', 'is_admin', 'boolean', true, 'keep', false),
    ('public.users', 'created_at', 'timestamp with time zone', true, 'keep', false),
    ('public.users', 'updated_at', 'timestamp with time zone', true, 'keep', false)
), gone as (
  delete from lethe.annotated_column r
  where not exists (select from declared d where d.table_name = r.table_name and d.column_name = r.column_name)
)
insert into lethe.annotated_column as r (table_name, column_name, type, not_null, decision, personal)
select d.*
from declared d
where not exists (select from lethe.annotated_column r where (r.table_name, r.column_name, r.type, r.not_null, r.decision, r.personal) is not distinct from (d.table_name, d.column_name, d.type, d.not_null, d.decision, d.personal))
on conflict (table_name, column_name) do update
set type = excluded.type, not_null = excluded.not_null, decision = excluded.decision, personal = excluded.personal;

with declared (table_name, kind, name, expected) as (
  values
    ('public.collection_members', 'foreign key', '(collection_id) references public.collections (id)', 'on delete no action'),
    ('public.comment_edits', 'foreign key', '(comment_id) references public.comments (id)', 'on delete no action'),
    ('public.accounts', 'foreign key', '(user_id) references public.users (id)', 'on delete cascade'),
    ('public.backup_codes', 'foreign key', '(user_id) references public.users (id)', 'on delete cascade'),
    ('public.collection_members', 'foreign key', '(user_id) references public.users (id)', 'on delete no action'),
    ('public.collections', 'foreign key', '(owner_id) references public.users (id)', 'on delete no action'),
    ('public.comments', 'foreign key', '(author_id) references public.users (id)', 'on delete no action'),
    ('public.events', 'foreign key', '(user_id) references public.users (id)', 'on delete no action'),
    ('public.invoices', 'foreign key', '(user_id) references public.users (id)', 'on delete no action'),
    ('public.messages', 'foreign key', '(recipient_id) references public.users (id)', 'on delete no action'),
    ('public.messages', 'foreign key', '(sender_id) references public.users (id)', 'on delete no action'),
    ('public.property_listings', 'foreign key', '(creator_id) references public.users (id)', 'on delete no action'),
    ('public.sessions', 'foreign key', '(user_id) references public.users (id)', 'on delete cascade'),
    ('public.totp_credentials', 'foreign key', '(user_id) references public.users (id)', 'on delete cascade'),
    ('public.uploads', 'foreign key', '(user_id) references public.users (id)', 'on delete no action'),
    ('public.user_tokens', 'foreign key', '(user_id) references public.users (id)', 'on delete cascade'),
    ('public.accounts', 'index', 'user_id', 'an index that begins with them'),
    ('public.backup_codes', 'index', 'user_id', 'an index that begins with them'),
    ('public.collection_members', 'index', 'user_id', 'an index that begins with them'),
    ('public.comment_edits', 'index', 'comment_id', 'an index that begins with them'),
    ('public.comments', 'index', 'author_id', 'an index that begins with them'),
    ('public.events', 'index', 'user_id', 'an index that begins with them'),
    ('public.invoices', 'index', 'user_id', 'an index that begins with them'),
    ('public.messages', 'index', 'sender_id', 'an index that begins with them'),
    ('public.messages', 'index', 'recipient_id', 'an index that begins with them'),
    ('public.sessions', 'index', 'user_id', 'an index that begins with them'),
    ('public.totp_credentials', 'index', 'user_id', 'an index that begins with them'),
    ('public.uploads', 'index', 'user_id', 'an index that begins with them'),
    ('public.user_tokens', 'index', 'user_id', 'an index that begins with them'),
    ('public.collections', 'index', 'owner_id', 'an index that begins with them'),
    ('public.property_listings', 'index', 'creator_id', 'an index that begins with them'),
    ('public.collection_members', 'index', 'collection_id', 'an index that begins with them'),
    ('public.users', 'unique index', 'id', 'a unique index')
), gone as (
  delete from lethe.annotated_object r
  where not exists (select from declared d where d.table_name = r.table_name and d.kind = r.kind and d.name = r.name)
)
insert into lethe.annotated_object as r (table_name, kind, name, expected)
select d.*
from declared d
where not exists (select from lethe.annotated_object r where (r.table_name, r.kind, r.name, r.expected) is not distinct from (d.table_name, d.kind, d.name, d.expected))
on conflict (table_name, kind, name) do update
set expected = excluded.expected;

call pg_temp.lethe_define('function lethe.added_objects()', $define$
create or replace function lethe.added_objects() returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
declare
  list regclass;
begin
  -- A second Lethe, for another kind of subject, adds to the same tables: its schema looks like this one.
  for list in
    select c.oid
    from pg_class c
    where c.relname = 'object'
      and c.relkind = 'r'
      and exists (select from pg_class s where s.relname = 'annotated_column' and s.relnamespace = c.relnamespace)
      and has_table_privilege(c.oid, 'select')
  loop
    -- Without quotes: which words need them differs between versions of PostgreSQL.
    return query execute format('select replace(o.name, ''"'', '''') from %s o', list);
  end loop;
end
$function$;
comment on function lethe.added_objects() is 'What Lethe added to the application''s schemas, by name, without quotes.';
$define$);

call pg_temp.lethe_define('view lethe.annotated_relation', $define$
create or replace view lethe.annotated_relation as
select t.table_name,
       t.class,
       t.strategies,
       t.removes,
       t.survives,
       c.oid as relation,
       c.relowner as owner,
       c.relrowsecurity and c.relforcerowsecurity as forced,
       t.privileges,
       c.relrowsecurity as row_security
from lethe.annotated_table t
join pg_catalog.pg_class c
  on c.oid = to_regclass(
    format('%I.%I', split_part(t.table_name, '.', 1), substr(t.table_name, strpos(t.table_name, '.') + 1))
  )
where c.relkind in ('r', 'p', 'f');
comment on view lethe.annotated_relation is 'Annotated tables that are there.';
$define$);

call pg_temp.lethe_define('view lethe.column_changes', $define$
create or replace view lethe.column_changes as
with relation as materialized (
  select r.table_name, r.relation from lethe.annotated_relation r
), present as materialized (
  select r.table_name,
         a.attname::text as column_name,
         format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end as type
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.relation and a.attnum > 0 and not a.attisdropped
), expected as materialized (
  select e.table_name,
         e.column_name,
         e.type || case when e.not_null then ' not null' else '' end as type,
         e.decision
  from lethe.annotated_column e
), added as materialized (
  select a as name from lethe.added_objects() a
)
select table_name,
       column_name,
       e.decision,
       e.type as expected,
       p.type as found
from present p
full join expected e using (table_name, column_name)
where e.type is distinct from p.type
  and (
    e.type is not null
    or not exists (
      select from added a where a.name = replace(format('column %s of %s', column_name, table_name), '"', '')
    )
  );
comment on view lethe.column_changes is
  'Columns of annotated tables that are new, gone, or of another type: the one place that compares them.
   A migration asks before anything else is made, the drift checks ever after.';
$define$);

call pg_temp.lethe_verify('public.users', array['anonymize', 'hard_delete', 'soft_delete'], array['column deleted_at of public.users', 'column scheduled_deletion_at of public.users']);

-- =============================================================================
-- LOCKS
-- All at once, in one order, and only on tables for which anything below has
-- changed.
-- =============================================================================

call pg_temp.lethe_lock('objects on public.accounts', 'public.accounts', 'share row exclusive', '44c9d262f53646f40f879e9e6c0a916db0f0c4ba6edd1aa7561c9ca93c758826');
call pg_temp.lethe_lock('objects on public.sessions', 'public.sessions', 'share row exclusive', '005290c36ac1abf7da779ecaa037b36508bc59b3c125bb7ae79b9be4fe31ae77');
call pg_temp.lethe_lock('objects on public.user_tokens', 'public.user_tokens', 'share row exclusive', '33b79d293666816ecbcd2d9c1151b02f8e2b36c5632fa60231b7eac6efc1c779');
call pg_temp.lethe_lock('objects on public.users', 'public.users', 'access exclusive', '2c8a11acd8d5ee6b3f1da716079ad015ca4dda0aff16f0f2efd1f615167a4b56');

-- =============================================================================
-- MARKS
-- On the subject: when they left, and when the erasure is due.
-- =============================================================================

call pg_temp.lethe_define('column deleted_at of public.users', $define$
alter table public.users add column if not exists deleted_at timestamptz;
comment on column public.users.deleted_at is 'When the person left; hidden from the application from then on.';
$define$);

call pg_temp.lethe_define('column scheduled_deletion_at of public.users', $define$
alter table public.users add column if not exists scheduled_deletion_at timestamptz;
comment on column public.users.scheduled_deletion_at is 'When the erasure is due; null again once it is done.';
$define$);

-- =============================================================================
-- WHAT IS ERASED
-- One procedure a strategy, one statement a rule, for all subjects of a batch
-- at once.
-- =============================================================================

call pg_temp.lethe_define('procedure lethe.anonymize(uuid[])', $define$
create or replace procedure lethe.anonymize(subjects uuid[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects_delete_content constant uuid[] := lethe.subjects_with_option(subjects, 'delete_content', true);
  touched bigint;
begin
  -- For the executor alone: each subject's request must be executing in this transaction.
  perform lethe.require_executing(subjects);

  -- Rows that are kept for a time: written down while their owner still leads there.
  perform lethe.keep_retained(subjects);

  -- public.accounts: delete (credential, owner user_id)
  delete from public.accounts t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.accounts', 'delete', touched);

  -- public.backup_codes: delete (mfa, owner user_id)
  delete from public.backup_codes t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.backup_codes', 'delete', touched);

  -- public.collection_members: delete (content, owner user_id)
  delete from public.collection_members t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.collection_members', 'delete', touched);

  -- public.comment_edits: delete (content, via comments)
  delete from public.comment_edits t
  where t.comment_id in (
    select t.id
    from public.comments t
    where t.author_id = any (subjects)
  );
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.comment_edits', 'delete', touched);

  -- public.events: transform (content, owner user_id)
  update public.events t
  set payload = case when jsonb_typeof(t.payload) = 'object' then t.payload - array['email', 'ip'] else t.payload end,
      ip = null
  where t.user_id = any (subjects)
    and (
      (jsonb_typeof(t.payload) = 'object' and t.payload ?| array['email', 'ip'])
      or t.ip is not null
    );
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.events', 'transform', touched);

  -- public.invoices: transform (retain, owner user_id, legal_obligation, 7 years since issued_at)
  update public.invoices t
  set billing_name = 'Deleted customer',
      billing_address = null
  where t.user_id = any (subjects)
    and (
      t.billing_name is distinct from 'Deleted customer'
      or t.billing_address is not null
    );
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.invoices', 'transform', touched);

  -- public.messages: transform (content, owner sender_id)
  update public.messages t
  set body = '[deleted]'
  where t.sender_id = any (subjects)
    and t.body is distinct from '[deleted]';
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.messages', 'transform', touched);

  -- public.messages: detach (content, owner recipient_id)
  update public.messages t
  set recipient_id = null
  where t.recipient_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.messages', 'detach', touched);

  -- public.sessions: delete (session, owner user_id)
  delete from public.sessions t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.sessions', 'delete', touched);

  -- public.totp_credentials: delete (mfa, owner user_id)
  delete from public.totp_credentials t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.totp_credentials', 'delete', touched);

  -- public.uploads: delete (content, owner user_id)
  delete from public.uploads t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.uploads', 'delete', touched);

  -- public.user_tokens: delete (session, owner user_id)
  delete from public.user_tokens t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.user_tokens', 'delete', touched);

  -- public.collections: transform (content, owner owner_id)
  update public.collections t
  set title = null
  where t.owner_id = any (subjects)
    and t.title is not null;
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.collections', 'transform', touched);

  -- public.comments: delete (content, owner author_id, when delete_content)
  delete from public.comments t
  where t.author_id = any (subjects_delete_content);
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.comments', 'delete', touched);

  -- public.comments: transform (content, owner author_id)
  update public.comments t
  set body = '[deleted]'
  where t.author_id = any (subjects)
    and t.body is distinct from '[deleted]';
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.comments', 'transform', touched);

  -- public.property_listings: transform (content, owner creator_id)
  update public.property_listings t
  set contact_phone = null,
      contact_email = null
  where t.creator_id = any (subjects)
    and (
      t.contact_phone is not null
      or t.contact_email is not null
    );
  get diagnostics touched = row_count;
  perform lethe.note_rows('anonymize', 'public.property_listings', 'transform', touched);

  -- public.users: the subject stays, with its key
  update public.users t
  set email = 'deleted_' || t.id::text || '@deleted.invalid',
      unconfirmed_email = null,
      hashed_password = null,
      name = null,
      display_name = 'Deleted user',
      image = null,
      phone = null,
      address = null,
      city = null,
      state = null,
      zip_code = null,
      country = null,
      gender = null,
      birth_date = null,
      nationality = null,
      deleted_at = coalesce(t.deleted_at, now()),
      scheduled_deletion_at = null
  where t.id = any (subjects);

  -- A trigger or rule of the application may have swallowed a change: nothing that was to go may be left.
  if lethe.may_interfere('anonymize') then
    perform lethe.require_no_residue(lethe.anonymize_residue(subjects));
  end if;
end
$function$;
comment on procedure lethe.anonymize(uuid[]) is 'Transforms every personal column, deletes sign-in data, keeps the row and its key. Called by lethe.execute_deletion() and lethe.execute_due_deletions() alone. Errors: LT005, LT014 residue found.';
$define$);

call pg_temp.lethe_define('procedure lethe.hard_delete(uuid[])', $define$
create or replace procedure lethe.hard_delete(subjects uuid[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  touched bigint;
begin
  -- For the executor alone: each subject's request must be executing in this transaction.
  perform lethe.require_executing(subjects);

  -- Rows that are kept for a time: written down while their owner still leads there.
  perform lethe.keep_retained(subjects);

  -- public.accounts: delete (credential, owner user_id)
  delete from public.accounts t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.accounts', 'delete', touched);

  -- public.backup_codes: delete (mfa, owner user_id)
  delete from public.backup_codes t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.backup_codes', 'delete', touched);

  -- public.collection_members: delete (content, owner user_id)
  delete from public.collection_members t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.collection_members', 'delete', touched);

  -- public.collection_members: delete (content, via collections)
  delete from public.collection_members t
  where t.collection_id in (
    select t.id
    from public.collections t
    where t.owner_id = any (subjects)
  );
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.collection_members', 'delete', touched);

  -- public.comment_edits: delete (content, via comments)
  delete from public.comment_edits t
  where t.comment_id in (
    select t.id
    from public.comments t
    where t.author_id = any (subjects)
  );
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.comment_edits', 'delete', touched);

  -- public.events: delete (content, owner user_id)
  delete from public.events t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.events', 'delete', touched);

  -- public.invoices: detach (retain, owner user_id, legal_obligation, 7 years since issued_at)
  update public.invoices t
  set billing_name = 'Deleted customer',
      billing_address = null,
      user_id = null
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.invoices', 'detach', touched);

  -- public.messages: delete (content, owner sender_id)
  delete from public.messages t
  where t.sender_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.messages', 'delete', touched);

  -- public.messages: detach (content, owner recipient_id)
  update public.messages t
  set recipient_id = null
  where t.recipient_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.messages', 'detach', touched);

  -- public.sessions: delete (session, owner user_id)
  delete from public.sessions t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.sessions', 'delete', touched);

  -- public.totp_credentials: delete (mfa, owner user_id)
  delete from public.totp_credentials t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.totp_credentials', 'delete', touched);

  -- public.uploads: delete (content, owner user_id)
  delete from public.uploads t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.uploads', 'delete', touched);

  -- public.user_tokens: delete (session, owner user_id)
  delete from public.user_tokens t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.user_tokens', 'delete', touched);

  -- public.collections: delete (content, owner owner_id)
  delete from public.collections t
  where t.owner_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.collections', 'delete', touched);

  -- public.comments: delete (content, owner author_id)
  delete from public.comments t
  where t.author_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.comments', 'delete', touched);

  -- public.property_listings: detach (content, owner creator_id)
  update public.property_listings t
  set contact_phone = null,
      contact_email = null,
      creator_id = null
  where t.creator_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('hard_delete', 'public.property_listings', 'detach', touched);

  -- public.users: the subject goes
  delete from public.users t
  where t.id = any (subjects);

  -- A trigger or rule of the application may have swallowed a change: nothing that was to go may be left.
  if lethe.may_interfere('hard_delete') then
    perform lethe.require_no_residue(lethe.hard_delete_residue(subjects));
  end if;
end
$function$;
comment on procedure lethe.hard_delete(uuid[]) is 'Removes the rows, children first, and then the subject. Called by lethe.execute_deletion() and lethe.execute_due_deletions() alone. Errors: LT005, LT014 residue found.';
$define$);

call pg_temp.lethe_define('procedure lethe.soft_delete(uuid[])', $define$
create or replace procedure lethe.soft_delete(subjects uuid[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  touched bigint;
begin
  -- For the executor alone: each subject's request must be executing in this transaction.
  perform lethe.require_executing(subjects);

  -- public.accounts: delete (credential, owner user_id)
  delete from public.accounts t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('soft_delete', 'public.accounts', 'delete', touched);

  -- public.backup_codes: delete (mfa, owner user_id)
  delete from public.backup_codes t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('soft_delete', 'public.backup_codes', 'delete', touched);

  -- public.sessions: delete (session, owner user_id)
  delete from public.sessions t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('soft_delete', 'public.sessions', 'delete', touched);

  -- public.totp_credentials: delete (mfa, owner user_id)
  delete from public.totp_credentials t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('soft_delete', 'public.totp_credentials', 'delete', touched);

  -- public.user_tokens: delete (session, owner user_id)
  delete from public.user_tokens t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('soft_delete', 'public.user_tokens', 'delete', touched);

  -- public.users: the subject stays, with its key
  update public.users t
  set email = 'deleted_' || t.id::text || '@deleted.invalid',
      unconfirmed_email = null,
      hashed_password = null,
      deleted_at = coalesce(t.deleted_at, now()),
      scheduled_deletion_at = null
  where t.id = any (subjects);

  -- A trigger or rule of the application may have swallowed a change: nothing that was to go may be left.
  if lethe.may_interfere('soft_delete') then
    perform lethe.require_no_residue(lethe.soft_delete_residue(subjects));
  end if;
end
$function$;
comment on procedure lethe.soft_delete(uuid[]) is 'Clears secrets and sign-in data; personal columns stay. Called by lethe.execute_deletion() and lethe.execute_due_deletions() alone. Errors: LT005, LT014 residue found.';
$define$);

call pg_temp.lethe_define('function lethe.anonymize_residue(uuid[])', $define$
create or replace function lethe.anonymize_residue(subjects uuid[]) returns text
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects_delete_content constant uuid[] := lethe.subjects_with_option(subjects, 'delete_content', true);
begin
  if exists (
    select from public.accounts t
    where t.user_id = any (subjects)
  ) then
    return 'public.accounts';
  end if;
  if exists (
    select from public.backup_codes t
    where t.user_id = any (subjects)
  ) then
    return 'public.backup_codes';
  end if;
  if exists (
    select from public.collection_members t
    where t.user_id = any (subjects)
  ) then
    return 'public.collection_members';
  end if;
  if exists (
    select from public.comment_edits t
    where t.comment_id in (
      select t.id
      from public.comments t
      where t.author_id = any (subjects)
    )
  ) then
    return 'public.comment_edits';
  end if;
  if exists (
    select from public.events t
    where t.user_id = any (subjects)
      and (
        (jsonb_typeof(t.payload) = 'object' and t.payload ?| array['email', 'ip'])
        or t.ip is not null
      )
  ) then
    return 'public.events';
  end if;
  if exists (
    select from public.invoices t
    where t.user_id = any (subjects)
      and (
        t.billing_name is distinct from 'Deleted customer'
        or t.billing_address is not null
      )
  ) then
    return 'public.invoices';
  end if;
  if exists (
    select from public.messages t
    where t.sender_id = any (subjects)
      and t.body is distinct from '[deleted]'
  ) then
    return 'public.messages';
  end if;
  if exists (
    select from public.messages t
    where t.recipient_id = any (subjects)
  ) then
    return 'public.messages';
  end if;
  if exists (
    select from public.sessions t
    where t.user_id = any (subjects)
  ) then
    return 'public.sessions';
  end if;
  if exists (
    select from public.totp_credentials t
    where t.user_id = any (subjects)
  ) then
    return 'public.totp_credentials';
  end if;
  if exists (
    select from public.uploads t
    where t.user_id = any (subjects)
  ) then
    return 'public.uploads';
  end if;
  if exists (
    select from public.user_tokens t
    where t.user_id = any (subjects)
  ) then
    return 'public.user_tokens';
  end if;
  if exists (
    select from public.collections t
    where t.owner_id = any (subjects)
      and t.title is not null
  ) then
    return 'public.collections';
  end if;
  if exists (
    select from public.comments t
    where t.author_id = any (subjects_delete_content)
  ) then
    return 'public.comments';
  end if;
  if exists (
    select from public.comments t
    where t.author_id = any (subjects)
      and t.body is distinct from '[deleted]'
  ) then
    return 'public.comments';
  end if;
  if exists (
    select from public.property_listings t
    where t.creator_id = any (subjects)
      and (
        t.contact_phone is not null
        or t.contact_email is not null
      )
  ) then
    return 'public.property_listings';
  end if;
  if exists (
    select from public.users t
    where t.id = any (subjects)
      and (
        t.email is distinct from 'deleted_' || t.id::text || '@deleted.invalid'
        or t.unconfirmed_email is not null
        or t.hashed_password is not null
        or t.name is not null
        or t.display_name is distinct from 'Deleted user'
        or t.image is not null
        or t.phone is not null
        or t.address is not null
        or t.city is not null
        or t.state is not null
        or t.zip_code is not null
        or t.country is not null
        or t.gender is not null
        or t.birth_date is not null
        or t.nationality is not null
        or t.deleted_at is null
      )
  ) then
    return 'public.users';
  end if;
  return null;
end
$function$;
comment on function lethe.anonymize_residue(uuid[]) is 'The first table in which anonymize has left anything of these subjects that it was to erase; null when nothing is left.';
$define$);

call pg_temp.lethe_define('function lethe.hard_delete_residue(uuid[])', $define$
create or replace function lethe.hard_delete_residue(subjects uuid[]) returns text
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if exists (
    select from public.accounts t
    where t.user_id = any (subjects)
  ) then
    return 'public.accounts';
  end if;
  if exists (
    select from public.backup_codes t
    where t.user_id = any (subjects)
  ) then
    return 'public.backup_codes';
  end if;
  if exists (
    select from public.collection_members t
    where t.user_id = any (subjects)
  ) then
    return 'public.collection_members';
  end if;
  if exists (
    select from public.collection_members t
    where t.collection_id in (
      select t.id
      from public.collections t
      where t.owner_id = any (subjects)
    )
  ) then
    return 'public.collection_members';
  end if;
  if exists (
    select from public.comment_edits t
    where t.comment_id in (
      select t.id
      from public.comments t
      where t.author_id = any (subjects)
    )
  ) then
    return 'public.comment_edits';
  end if;
  if exists (
    select from public.events t
    where t.user_id = any (subjects)
  ) then
    return 'public.events';
  end if;
  if exists (
    select from public.invoices t
    where t.user_id = any (subjects)
  ) then
    return 'public.invoices';
  end if;
  if exists (
    select from public.messages t
    where t.sender_id = any (subjects)
  ) then
    return 'public.messages';
  end if;
  if exists (
    select from public.messages t
    where t.recipient_id = any (subjects)
  ) then
    return 'public.messages';
  end if;
  if exists (
    select from public.sessions t
    where t.user_id = any (subjects)
  ) then
    return 'public.sessions';
  end if;
  if exists (
    select from public.totp_credentials t
    where t.user_id = any (subjects)
  ) then
    return 'public.totp_credentials';
  end if;
  if exists (
    select from public.uploads t
    where t.user_id = any (subjects)
  ) then
    return 'public.uploads';
  end if;
  if exists (
    select from public.user_tokens t
    where t.user_id = any (subjects)
  ) then
    return 'public.user_tokens';
  end if;
  if exists (
    select from public.collections t
    where t.owner_id = any (subjects)
  ) then
    return 'public.collections';
  end if;
  if exists (
    select from public.comments t
    where t.author_id = any (subjects)
  ) then
    return 'public.comments';
  end if;
  if exists (
    select from public.property_listings t
    where t.creator_id = any (subjects)
  ) then
    return 'public.property_listings';
  end if;
  if exists (
    select from public.users t
    where t.id = any (subjects)
  ) then
    return 'public.users';
  end if;
  return null;
end
$function$;
comment on function lethe.hard_delete_residue(uuid[]) is 'The first table in which hard_delete has left anything of these subjects that it was to erase; null when nothing is left.';
$define$);

call pg_temp.lethe_define('function lethe.soft_delete_residue(uuid[])', $define$
create or replace function lethe.soft_delete_residue(subjects uuid[]) returns text
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if exists (
    select from public.accounts t
    where t.user_id = any (subjects)
  ) then
    return 'public.accounts';
  end if;
  if exists (
    select from public.backup_codes t
    where t.user_id = any (subjects)
  ) then
    return 'public.backup_codes';
  end if;
  if exists (
    select from public.sessions t
    where t.user_id = any (subjects)
  ) then
    return 'public.sessions';
  end if;
  if exists (
    select from public.totp_credentials t
    where t.user_id = any (subjects)
  ) then
    return 'public.totp_credentials';
  end if;
  if exists (
    select from public.user_tokens t
    where t.user_id = any (subjects)
  ) then
    return 'public.user_tokens';
  end if;
  if exists (
    select from public.users t
    where t.id = any (subjects)
      and (
        t.email is distinct from 'deleted_' || t.id::text || '@deleted.invalid'
        or t.unconfirmed_email is not null
        or t.hashed_password is not null
        or t.deleted_at is null
      )
  ) then
    return 'public.users';
  end if;
  return null;
end
$function$;
comment on function lethe.soft_delete_residue(uuid[]) is 'The first table in which soft_delete has left anything of these subjects that it was to erase; null when nothing is left.';
$define$);

call pg_temp.lethe_define('procedure lethe.erase_identity(uuid[])', $define$
create or replace procedure lethe.erase_identity(subjects uuid[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  touched bigint;
begin
  perform lethe.require_executing(subjects);

  -- public.accounts: delete (credential, owner user_id)
  delete from public.accounts t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('identity', 'public.accounts', 'delete', touched);

  -- public.backup_codes: delete (mfa, owner user_id)
  delete from public.backup_codes t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('identity', 'public.backup_codes', 'delete', touched);

  -- public.sessions: delete (session, owner user_id)
  delete from public.sessions t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('identity', 'public.sessions', 'delete', touched);

  -- public.totp_credentials: delete (mfa, owner user_id)
  delete from public.totp_credentials t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('identity', 'public.totp_credentials', 'delete', touched);

  -- public.user_tokens: delete (session, owner user_id)
  delete from public.user_tokens t
  where t.user_id = any (subjects);
  get diagnostics touched = row_count;
  perform lethe.note_rows('identity', 'public.user_tokens', 'delete', touched);

  -- public.users: the subject's own columns
  update public.users t
  set email = 'deleted_' || t.id::text || '@deleted.invalid',
      unconfirmed_email = null,
      hashed_password = null,
      name = null,
      display_name = 'Deleted user',
      image = null,
      phone = null,
      address = null,
      city = null,
      state = null,
      zip_code = null,
      country = null,
      gender = null,
      birth_date = null,
      nationality = null,
      deleted_at = coalesce(t.deleted_at, now()),
      scheduled_deletion_at = null
  where t.id = any (subjects);
end
$function$;
comment on procedure lethe.erase_identity(uuid[]) is 'The first step for a subject with very many rows: sign-in data and the person''s own columns go before anything else.';
$define$);

call pg_temp.lethe_define('function lethe.take_all_turns()', $define$
create or replace function lethe.take_all_turns() returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  perform lethe.take_turns('public.collection_members');
  perform lethe.take_turns('public.messages');
end
$function$;
comment on function lethe.take_all_turns() is 'Held to the end of the transaction: tables whose rows may belong to two people, which two workers would lock crosswise.';
$define$);

call pg_temp.lethe_define('function lethe.bulk_rows()', $define$
create or replace function lethe.bulk_rows() returns table (table_name text, rows_of text, heavy bigint)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return query select 'public.collection_members', $rows$
    select from public.collection_members t
    where t.user_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.comment_edits', $rows$
    select from public.comment_edits t
    where t.comment_id in (
      select t.id
      from public.comments t
      where t.author_id = any ($1)
    )
  $rows$, 50000::bigint;
  return query select 'public.events', $rows$
    select from public.events t
    where t.user_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.invoices', $rows$
    select from public.invoices t
    where t.user_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.messages', $rows$
    select from public.messages t
    where t.sender_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.messages', $rows$
    select from public.messages t
    where t.recipient_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.uploads', $rows$
    select from public.uploads t
    where t.user_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.collections', $rows$
    select from public.collections t
    where t.owner_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.comments', $rows$
    select from public.comments t
    where t.author_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.property_listings', $rows$
    select from public.property_listings t
    where t.creator_id = any ($1)
  $rows$, 50000::bigint;
  return query select 'public.collection_members', $rows$
    select from public.collection_members t
    where t.collection_id in (
      select t.id
      from public.collections t
      where t.owner_id = any ($1)
    )
  $rows$, 50000::bigint;
end
$function$;
comment on function lethe.bulk_rows() is 'Tables in which a person may have very many rows, with the query of the rows of the subjects in $1, and the number of one person''s rows beyond which their erasure goes in steps.';
$define$);

call pg_temp.lethe_define('function lethe.look_for_rows(bigint, text, uuid, integer, integer)', $define$
create or replace function lethe.look_for_rows(request bigint, strategy text, subject uuid, after integer, at_most integer) returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects constant uuid[] := array[subject];
  subjects_delete_content constant uuid[] := lethe.subjects_with_option(subjects, 'delete_content', true);
begin
  if strategy = 'anonymize' then
    -- public.collection_members: delete (content, owner user_id)
    if after < 1 and lethe.keep_places(request, 1, array(
      select t.ctid
      from public.collection_members t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.comment_edits: delete (content, via comments)
    if after < 2 and lethe.keep_places(request, 2, array(
      select t.ctid
      from public.comment_edits t
      where t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (subjects)
      )
      limit at_most
    )) then
      return true;
    end if;
    -- public.events: transform (content, owner user_id)
    if after < 3 and lethe.keep_places(request, 3, array(
      select t.ctid
      from public.events t
      where t.user_id = any (subjects)
        and (
          (jsonb_typeof(t.payload) = 'object' and t.payload ?| array['email', 'ip'])
          or t.ip is not null
        )
      limit at_most
    )) then
      return true;
    end if;
    -- public.invoices: transform (retain, owner user_id, legal_obligation, 7 years since issued_at)
    if after < 4 and lethe.keep_places(request, 4, array(
      select t.ctid
      from public.invoices t
      where t.user_id = any (subjects)
        and (
          t.billing_name is distinct from 'Deleted customer'
          or t.billing_address is not null
        )
      limit at_most
    )) then
      return true;
    end if;
    -- public.messages: transform (content, owner sender_id)
    if after < 5 and lethe.keep_places(request, 5, array(
      select t.ctid
      from public.messages t
      where t.sender_id = any (subjects)
        and t.body is distinct from '[deleted]'
      limit at_most
    )) then
      return true;
    end if;
    -- public.messages: detach (content, owner recipient_id)
    if after < 6 and lethe.keep_places(request, 6, array(
      select t.ctid
      from public.messages t
      where t.recipient_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.uploads: delete (content, owner user_id)
    if after < 7 and lethe.keep_places(request, 7, array(
      select t.ctid
      from public.uploads t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.collections: transform (content, owner owner_id)
    if after < 8 and lethe.keep_places(request, 8, array(
      select t.ctid
      from public.collections t
      where t.owner_id = any (subjects)
        and t.title is not null
      limit at_most
    )) then
      return true;
    end if;
    -- public.comments: delete (content, owner author_id, when delete_content)
    if after < 9 and lethe.keep_places(request, 9, array(
      select t.ctid
      from public.comments t
      where t.author_id = any (subjects_delete_content)
      limit at_most
    )) then
      return true;
    end if;
    -- public.comments: transform (content, owner author_id)
    if after < 10 and lethe.keep_places(request, 10, array(
      select t.ctid
      from public.comments t
      where t.author_id = any (subjects)
        and t.body is distinct from '[deleted]'
      limit at_most
    )) then
      return true;
    end if;
    -- public.property_listings: transform (content, owner creator_id)
    if after < 11 and lethe.keep_places(request, 11, array(
      select t.ctid
      from public.property_listings t
      where t.creator_id = any (subjects)
        and (
          t.contact_phone is not null
          or t.contact_email is not null
        )
      limit at_most
    )) then
      return true;
    end if;
  end if;
  if strategy = 'hard_delete' then
    -- public.collection_members: delete (content, owner user_id)
    if after < 1 and lethe.keep_places(request, 1, array(
      select t.ctid
      from public.collection_members t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.collection_members: delete (content, via collections)
    if after < 2 and lethe.keep_places(request, 2, array(
      select t.ctid
      from public.collection_members t
      where t.collection_id in (
        select t.id
        from public.collections t
        where t.owner_id = any (subjects)
      )
      limit at_most
    )) then
      return true;
    end if;
    -- public.comment_edits: delete (content, via comments)
    if after < 3 and lethe.keep_places(request, 3, array(
      select t.ctid
      from public.comment_edits t
      where t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (subjects)
      )
      limit at_most
    )) then
      return true;
    end if;
    -- public.events: delete (content, owner user_id)
    if after < 4 and lethe.keep_places(request, 4, array(
      select t.ctid
      from public.events t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.invoices: detach (retain, owner user_id, legal_obligation, 7 years since issued_at)
    if after < 5 and lethe.keep_places(request, 5, array(
      select t.ctid
      from public.invoices t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.messages: delete (content, owner sender_id)
    if after < 6 and lethe.keep_places(request, 6, array(
      select t.ctid
      from public.messages t
      where t.sender_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.messages: detach (content, owner recipient_id)
    if after < 7 and lethe.keep_places(request, 7, array(
      select t.ctid
      from public.messages t
      where t.recipient_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.uploads: delete (content, owner user_id)
    if after < 8 and lethe.keep_places(request, 8, array(
      select t.ctid
      from public.uploads t
      where t.user_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.collections: delete (content, owner owner_id)
    if after < 9 and lethe.keep_places(request, 9, array(
      select t.ctid
      from public.collections t
      where t.owner_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.comments: delete (content, owner author_id)
    if after < 10 and lethe.keep_places(request, 10, array(
      select t.ctid
      from public.comments t
      where t.author_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
    -- public.property_listings: detach (content, owner creator_id)
    if after < 11 and lethe.keep_places(request, 11, array(
      select t.ctid
      from public.property_listings t
      where t.creator_id = any (subjects)
      limit at_most
    )) then
      return true;
    end if;
  end if;
  return false;
end
$function$;
comment on function lethe.look_for_rows(bigint, text, uuid, integer, integer) is 'Writes down where rows are that an erasure in steps has to do: those of the first statement that has any, from the one after the given number on. False where there are none.';
$define$);

call pg_temp.lethe_define('function lethe.drain(text, uuid, integer, tid[])', $define$
create or replace function lethe.drain(strategy text, subject uuid, operation integer, places tid[]) returns bigint
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects constant uuid[] := array[subject];
  subjects_delete_content constant uuid[] := lethe.subjects_with_option(subjects, 'delete_content', true);
  touched bigint := 0;
begin
  perform lethe.require_executing(subjects);
  if strategy = 'anonymize' then
    -- public.collection_members: delete (content, owner user_id)
    if operation = 1 then
      delete from public.collection_members t
      where t.ctid = any (places)
        and t.user_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.collection_members', 'delete', touched);
    end if;
    -- public.comment_edits: delete (content, via comments)
    if operation = 2 then
      delete from public.comment_edits t
      where t.ctid = any (places)
        and t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (subjects)
      );
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.comment_edits', 'delete', touched);
    end if;
    -- public.events: transform (content, owner user_id)
    if operation = 3 then
      update public.events t
      set payload = case when jsonb_typeof(t.payload) = 'object' then t.payload - array['email', 'ip'] else t.payload end,
          ip = null
      where t.ctid = any (places)
        and t.user_id = any (subjects)
        and (
          (jsonb_typeof(t.payload) = 'object' and t.payload ?| array['email', 'ip'])
          or t.ip is not null
        );
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.events', 'transform', touched);
    end if;
    -- public.invoices: transform (retain, owner user_id, legal_obligation, 7 years since issued_at)
    if operation = 4 then
      update public.invoices t
      set billing_name = 'Deleted customer',
          billing_address = null
      where t.ctid = any (places)
        and t.user_id = any (subjects)
        and (
          t.billing_name is distinct from 'Deleted customer'
          or t.billing_address is not null
        );
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.invoices', 'transform', touched);
    end if;
    -- public.messages: transform (content, owner sender_id)
    if operation = 5 then
      update public.messages t
      set body = '[deleted]'
      where t.ctid = any (places)
        and t.sender_id = any (subjects)
        and t.body is distinct from '[deleted]';
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.messages', 'transform', touched);
    end if;
    -- public.messages: detach (content, owner recipient_id)
    if operation = 6 then
      update public.messages t
      set recipient_id = null
      where t.ctid = any (places)
        and t.recipient_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.messages', 'detach', touched);
    end if;
    -- public.uploads: delete (content, owner user_id)
    if operation = 7 then
      delete from public.uploads t
      where t.ctid = any (places)
        and t.user_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.uploads', 'delete', touched);
    end if;
    -- public.collections: transform (content, owner owner_id)
    if operation = 8 then
      update public.collections t
      set title = null
      where t.ctid = any (places)
        and t.owner_id = any (subjects)
        and t.title is not null;
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.collections', 'transform', touched);
    end if;
    -- public.comments: delete (content, owner author_id, when delete_content)
    if operation = 9 then
      delete from public.comments t
      where t.ctid = any (places)
        and t.author_id = any (subjects_delete_content);
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.comments', 'delete', touched);
    end if;
    -- public.comments: transform (content, owner author_id)
    if operation = 10 then
      update public.comments t
      set body = '[deleted]'
      where t.ctid = any (places)
        and t.author_id = any (subjects)
        and t.body is distinct from '[deleted]';
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.comments', 'transform', touched);
    end if;
    -- public.property_listings: transform (content, owner creator_id)
    if operation = 11 then
      update public.property_listings t
      set contact_phone = null,
          contact_email = null
      where t.ctid = any (places)
        and t.creator_id = any (subjects)
        and (
          t.contact_phone is not null
          or t.contact_email is not null
        );
      get diagnostics touched = row_count;
      perform lethe.note_rows('anonymize', 'public.property_listings', 'transform', touched);
    end if;
  end if;
  if strategy = 'hard_delete' then
    -- public.collection_members: delete (content, owner user_id)
    if operation = 1 then
      delete from public.collection_members t
      where t.ctid = any (places)
        and t.user_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.collection_members', 'delete', touched);
    end if;
    -- public.collection_members: delete (content, via collections)
    if operation = 2 then
      delete from public.collection_members t
      where t.ctid = any (places)
        and t.collection_id in (
        select t.id
        from public.collections t
        where t.owner_id = any (subjects)
      );
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.collection_members', 'delete', touched);
    end if;
    -- public.comment_edits: delete (content, via comments)
    if operation = 3 then
      delete from public.comment_edits t
      where t.ctid = any (places)
        and t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (subjects)
      );
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.comment_edits', 'delete', touched);
    end if;
    -- public.events: delete (content, owner user_id)
    if operation = 4 then
      delete from public.events t
      where t.ctid = any (places)
        and t.user_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.events', 'delete', touched);
    end if;
    -- public.invoices: detach (retain, owner user_id, legal_obligation, 7 years since issued_at)
    if operation = 5 then
      with changed as (
        update public.invoices t
        set billing_name = 'Deleted customer',
            billing_address = null,
            user_id = null
        where t.ctid = any (places)
          and t.user_id = any (subjects)
        returning t.*
      ), kept as (
        insert into lethe.retained (request_id, retention_id, row_key, purge_after)
        select q.id, (
        select n.id from lethe.retention n
        where n.table_name = 'public.invoices' and n.key_columns = array['id']
          and n.since = 'issued_at' and n.kept_for = interval '7 years' and n.basis = 'legal_obligation'
      ), jsonb_build_array(t.id),
               (coalesce(t.issued_at at time zone 'UTC', now() at time zone 'UTC') + interval '7 years') at time zone 'UTC'
        from changed t
        join lethe.deletion_request q on q.subject_id = subject and q.state in ('scheduled', 'executing')
        on conflict do nothing
      )
      select count(*) into touched from changed;
      perform lethe.note_rows('hard_delete', 'public.invoices', 'detach', touched);
    end if;
    -- public.messages: delete (content, owner sender_id)
    if operation = 6 then
      delete from public.messages t
      where t.ctid = any (places)
        and t.sender_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.messages', 'delete', touched);
    end if;
    -- public.messages: detach (content, owner recipient_id)
    if operation = 7 then
      update public.messages t
      set recipient_id = null
      where t.ctid = any (places)
        and t.recipient_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.messages', 'detach', touched);
    end if;
    -- public.uploads: delete (content, owner user_id)
    if operation = 8 then
      delete from public.uploads t
      where t.ctid = any (places)
        and t.user_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.uploads', 'delete', touched);
    end if;
    -- public.collections: delete (content, owner owner_id)
    if operation = 9 then
      delete from public.collections t
      where t.ctid = any (places)
        and t.owner_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.collections', 'delete', touched);
    end if;
    -- public.comments: delete (content, owner author_id)
    if operation = 10 then
      delete from public.comments t
      where t.ctid = any (places)
        and t.author_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.comments', 'delete', touched);
    end if;
    -- public.property_listings: detach (content, owner creator_id)
    if operation = 11 then
      update public.property_listings t
      set contact_phone = null,
          contact_email = null,
          creator_id = null
      where t.ctid = any (places)
        and t.creator_id = any (subjects);
      get diagnostics touched = row_count;
      perform lethe.note_rows('hard_delete', 'public.property_listings', 'detach', touched);
    end if;
  end if;
  return touched;
end
$function$;
comment on function lethe.drain(text, uuid, integer, tid[]) is 'Erases the rows at places that look_for_rows() has written down under the number of a statement. Returns the rows touched.';
$define$);

call pg_temp.lethe_define('function lethe.capture_orphans(uuid[])', $define$
create or replace function lethe.capture_orphans(subjects uuid[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on function lethe.capture_orphans(uuid[]) is 'Writes down the rows that rows of these subjects point at, before those go. What nothing points at afterwards is erased.';
$define$);

-- =============================================================================
-- EFFECTS
-- What is handed to whom outside the database: one statement for each place
-- that it comes from.
-- =============================================================================

call pg_temp.lethe_define('procedure lethe.capture_cancel_effects(bigint[])', $define$
create or replace procedure lethe.capture_cancel_effects(requests bigint[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on procedure lethe.capture_cancel_effects(bigint[]) is 'Written when a deletion is cancelled, after the person is let back in. Called by Lethe alone.';
$define$);

call pg_temp.lethe_define('procedure lethe.capture_execute_effects(bigint[])', $define$
create or replace procedure lethe.capture_execute_effects(requests bigint[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on procedure lethe.capture_execute_effects(bigint[]) is 'Written before the first statement that erases, with the values as they are then. Called by Lethe alone.';
$define$);

call pg_temp.lethe_define('procedure lethe.capture_late_effects(bigint[])', $define$
create or replace procedure lethe.capture_late_effects(requests bigint[])
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on procedure lethe.capture_late_effects(bigint[]) is 'Written when residue is found: effects for each row of which there is something left to erase. Called by Lethe alone.';
$define$);

-- =============================================================================
-- WHAT IS KEPT FOR A TIME
-- Rows that outlive their person on a legal basis, and how they are purged when
-- the time is over.
-- =============================================================================

call pg_temp.lethe_define('function lethe.keep_retained(uuid[])', $define$
create or replace function lethe.keep_retained(subjects uuid[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- public.invoices: legal_obligation, 7 years since issued_at
  insert into lethe.retained (request_id, retention_id, row_key, purge_after)
  select q.id, (
    select n.id from lethe.retention n
    where n.table_name = 'public.invoices' and n.key_columns = array['id']
      and n.since = 'issued_at' and n.kept_for = interval '7 years' and n.basis = 'legal_obligation'
  ), kept.row_key, kept.purge_after
  from lethe.deletion_request q
  cross join lateral (
    select jsonb_build_array(t.id) as row_key,
           (coalesce(t.issued_at at time zone 'UTC', now() at time zone 'UTC') + interval '7 years') at time zone 'UTC' as purge_after
    from public.invoices t
    where t.user_id = any (array[q.subject_id])
    -- A look of its own for each person: flattened into one join, PostgreSQL 15 would read the table whole.
    offset 0
  ) kept
  where q.subject_id = any (subjects)
    and q.state in ('scheduled', 'executing')
  on conflict do nothing;
end
$function$;
comment on function lethe.keep_retained(uuid[]) is 'Writes down the rows that outlive these subjects, by primary key, with the time when they are to be purged; before any rule detaches them.';
$define$);

call pg_temp.lethe_define('function lethe.retained_tables()', $define$
create or replace function lethe.retained_tables() returns text[]
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return array['public.invoices'];
end
$function$;
comment on function lethe.retained_tables() is 'Tables whose rows may be kept for a time, those that refer to others before those.';
$define$);

call pg_temp.lethe_define('function lethe.purge_from(lethe.retention, lethe.retained[])', $define$
create or replace function lethe.purge_from(terms lethe.retention, entries lethe.retained[]) returns setof lethe.purge_outcome
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if terms.table_name = 'public.invoices' and terms.key_columns = array['id'] and terms.since = 'issued_at' then
    -- public.invoices: legal_obligation: by their date issued_at
    return query
    with entry as materialized (
      select row_number() over () as number, e.request_id, e.row_key, e.purge_after, q.subject_id
      from unnest(entries) e
      join lethe.deletion_request q on q.id = e.request_id
    ), found as materialized (
      select e.number, t.id as key_1,
             (
               (t.user_id is null or t.user_id = e.subject_id)
             ) as theirs,
             -- The date may have been corrected meanwhile.
             coalesce((t.issued_at at time zone 'UTC' + terms.kept_for) at time zone 'UTC', e.purge_after) as purge_after
      from entry e
      join public.invoices t on t.id = (e.row_key ->> 0)::bigint
      for update of t
    ), purged as (
      delete from public.invoices t
      using found f
      where t.id = f.key_1
        and f.theirs
        and f.purge_after <= now()
      returning f.number
    ), seen as (
      -- Brought together by their numbers without a join, whose cost nobody can foresee for an array.
      select e.number, e.request_id, e.row_key, null::boolean as theirs, null::timestamptz as purge_after, false as purged
      from entry e
      union all
      select f.number, null, null, f.theirs, f.purge_after, false from found f
      union all
      select p.number, null, null, null, null, true from purged p
    ), one as (
      select max(s.request_id) as request_id,
             (array_agg(s.row_key) filter (where s.row_key is not null))[1] as row_key,
             bool_or(s.theirs) as theirs,
             max(s.purge_after) as purge_after,
             bool_or(s.purged) as purged
      from seen s
      group by s.number
    )
    select o.request_id, o.row_key,
           case
             when o.theirs is null then 'gone'
             when not o.theirs then 'released'
             when o.purge_after > now() then 'later'
             -- Of two entries for one row either may have taken it.
             when bool_or(o.purged) over (partition by o.row_key) then 'purged'
             else 'swallowed'
           end,
           o.purge_after
    from one o;
    return;
  end if;
  -- No rule of the annotation keeps such rows any more: nobody decided what becomes of these.
  return query
  select e.request_id, e.row_key, 'unknown', e.purge_after
  from unnest(entries) e;
end
$function$;
comment on function lethe.purge_from(lethe.retention, lethe.retained[]) is 'Deletes the rows of these entries that are still the erased person''s or nobody''s, and whose date is still over; says what became of each.';
$define$);

-- =============================================================================
-- STEPS OF THE APPLICATION'S OWN
-- SQL that the annotation names, and when it runs.
-- =============================================================================

call pg_temp.lethe_define('function lethe.run_steps(text, bigint[])', $define$
create or replace function lethe.run_steps(moment text, requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on function lethe.run_steps(text, bigint[]) is 'Runs the application''s own steps of one moment (before, after), each once for all subjects whose request it holds for.';
$define$);

call pg_temp.lethe_define('function lethe.capture_for_steps(bigint[])', $define$
create or replace function lethe.capture_for_steps(requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return;
end
$function$;
comment on function lethe.capture_for_steps(bigint[]) is 'Looks up what the application''s own steps want to know, before anything is erased.';
$define$);

-- =============================================================================
-- LOCKING OUT
-- What happens when a deletion is scheduled, and when it is taken back.
-- =============================================================================

call pg_temp.lethe_define('function lethe.lock_out(uuid, timestamptz, bigint[], text)', $define$
create or replace function lethe.lock_out(subject uuid, due timestamptz, requests bigint[], shown text) returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects constant uuid[] := array[subject];
begin
  -- public.sessions: deleted at once (session, owner user_id)
  delete from public.sessions t
  where t.user_id = any (subjects);

  -- public.user_tokens: deleted at once (session, owner user_id)
  delete from public.user_tokens t
  where t.user_id = any (subjects);

  -- public.users: marked
  update public.users t
  set deleted_at = coalesce(t.deleted_at, now()),
      scheduled_deletion_at = due,
      unconfirmed_email = null
  where t.id = subject;
  return false;
end
$function$;
comment on function lethe.lock_out(uuid, timestamptz, bigint[], text) is 'What schedule_deletion() does to the person''s rows: sessions and tokens go, the row is marked; what is to be told of it is written before. True where there is something of the kind.';
$define$);

call pg_temp.lethe_define('function lethe.let_back_in(uuid, jsonb)', $define$
create or replace function lethe.let_back_in(subject uuid, kept jsonb) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  update public.users t
  set deleted_at = (kept ->> 'deleted_at')::timestamptz,
      scheduled_deletion_at = null,
      email = case when (kept -> 'columns') ? 'email' then original.email else t.email end
  from jsonb_to_record(kept -> 'columns') as original (email text)
  where t.id = subject;
end
$function$;
comment on function lethe.let_back_in(uuid, jsonb) is 'What cancel_deletion() does: takes the marks off and puts back what was kept. Sessions stay gone.';
$define$);

call pg_temp.lethe_define('function lethe.preserve(uuid)', $define$
create or replace function lethe.preserve(subject uuid) returns jsonb
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- FOR UPDATE, not NO KEY UPDATE: a row that refers to the person (a new session) must wait too.
  return (
    select jsonb_build_object(
      'deleted_at', t.deleted_at,
      'columns', jsonb_build_object('email', t.email),
      'rows', jsonb_build_object()
    )
    from public.users t
    where t.id = subject
    for update
  );
end
$function$;
comment on function lethe.preserve(uuid) is 'Locks the subject''s row, and gives what cancel_deletion() will put back; null where there is no such row. Kept in the request, readable by no application role, wiped at the end.';
$define$);

call pg_temp.lethe_define('function lethe.lock_subject(uuid)', $define$
create or replace function lethe.lock_subject(subject uuid) returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- FOR UPDATE, not NO KEY UPDATE: a row that refers to the person (a new session) must wait too.
  perform from public.users t where t.id = subject for update;
  return found;
end
$function$;
comment on function lethe.lock_subject(uuid) is 'Locks the subject''s row; false where there is none.';
$define$);

call pg_temp.lethe_define('function lethe.lock_subjects(uuid[], boolean)', $define$
create or replace function lethe.lock_subjects(subjects uuid[], wait boolean) returns uuid[]
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  locked uuid[];
begin
  if wait then
    perform from public.users t where t.id = any (subjects) order by t.id for update;
    return subjects;
  end if;
  locked := array(
    select t.id from public.users t where t.id = any (subjects) order by t.id for update skip locked
  );
  if cardinality(locked) = cardinality(subjects) then
    return locked;
  end if;
  -- Whoever is held by somebody else right now is left out; whose row is gone already is not.
  return locked || array(
    select s.id from unnest(subjects) as s (id)
    where not (select exists (select from public.users t where t.id = s.id))
  );
end
$function$;
comment on function lethe.lock_subjects(uuid[], boolean) is 'Locks the subjects'' rows in the order of their keys; returns those it got.';
$define$);

call pg_temp.lethe_define('function lethe.is_marked(uuid)', $define$
create or replace function lethe.is_marked(subject uuid) returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return exists (
    select from public.users t
    where t.id = subject and t.deleted_at is not null
  );
end
$function$;
comment on function lethe.is_marked(uuid) is 'Does the row carry the mark of a departed person, whoever set it?';
$define$);

call pg_temp.lethe_define('function lethe.is_live(uuid)', $define$
create or replace function lethe.is_live(subject uuid) returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return exists (
    select from public.users t
    where t.id = subject and t.deleted_at is null
  );
end
$function$;
comment on function lethe.is_live(uuid) is 'Is there a row that carries no mark?';
$define$);

call pg_temp.lethe_define('view lethe.hidden_subjects', $define$
-- With its owner's rights: an invoker's look at the subjects would itself be filtered, and hide nothing.
create or replace view lethe.hidden_subjects as
select t.id as subject_id
from public.users t
where t.deleted_at is not null;
comment on view lethe.hidden_subjects is 'Keys of marked subjects: the one thing that policies and views may ask about hidden people.';
$define$);

-- =============================================================================
-- WHAT BLOCKS, WHAT WOULD HAPPEN
-- Looking only.
-- =============================================================================

call pg_temp.lethe_define('function lethe.count_blockers(uuid)', $define$
create or replace function lethe.count_blockers(subject uuid) returns table (code text, message text, count bigint, blocking boolean)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return query
  select 'collections', 'owns ' || n.count || ' active collections', n.count, true
  from (
    select count(*) as count
    from public.collections t
    where t.owner_id = any (array[subject])
      and (t.deleted_at is null)
  ) n
  union all
  select 'property_listings', 'created ' || n.count || ' listings', n.count, false
  from (
    select count(*) as count
    from public.property_listings t
    where t.creator_id = any (array[subject])
      and (t.deleted_at is null)
  ) n;
end
$function$;
comment on function lethe.count_blockers(uuid) is 'Counts what stands in the way of a subject''s deletion, and what is only reported.';
$define$);

call pg_temp.lethe_define('function lethe.blocked_subjects(uuid[])', $define$
create or replace function lethe.blocked_subjects(subjects uuid[]) returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return array(
    select s.id
    from unnest(subjects) as s (id)
    where exists (
      select
      from public.collections t
      where t.owner_id = any (array[s.id])
        and (t.deleted_at is null)
    )
  );
end
$function$;
comment on function lethe.blocked_subjects(uuid[]) is 'Those of the subjects whose deletion something blocks at this moment.';
$define$);

call pg_temp.lethe_define('function lethe.refusal(uuid)', $define$
create or replace function lethe.refusal(subject uuid) returns text
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return null;
end
$function$;
comment on function lethe.refusal(uuid) is 'Why the annotation refuses to delete this row at all; null where it doesn''t.';
$define$);

call pg_temp.lethe_define('function lethe.count_operations(uuid, text)', $define$
create or replace function lethe.count_operations(subject uuid, strategy text) returns table (table_name text, action text, rows bigint, reason text)
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects_delete_content constant uuid[] := case
    when lethe.option_of(subject, 'delete_content') = true
    then array[subject]
    else '{}'
  end;
begin
  if strategy = 'anonymize' then
    return query
    select 'public.accounts', 'delete', (
      select count(*)
      from public.accounts t
      where t.user_id = any (array[subject])
    ), 'credential, owner user_id'
    union all
    select 'public.backup_codes', 'delete', (
      select count(*)
      from public.backup_codes t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.collection_members', 'delete', (
      select count(*)
      from public.collection_members t
      where t.user_id = any (array[subject])
    ), 'content, owner user_id'
    union all
    select 'public.comment_edits', 'delete', (
      select count(*)
      from public.comment_edits t
      where t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (array[subject])
      )
    ), 'content, via comments'
    union all
    select 'public.events', 'transform', (
      select count(*)
      from public.events t
      where t.user_id = any (array[subject])
        and (
          (jsonb_typeof(t.payload) = 'object' and t.payload ?| array['email', 'ip'])
          or t.ip is not null
        )
    ), 'content, owner user_id'
    union all
    select 'public.invoices', 'transform', (
      select count(*)
      from public.invoices t
      where t.user_id = any (array[subject])
        and (
          t.billing_name is distinct from 'Deleted customer'
          or t.billing_address is not null
        )
    ), 'retain, owner user_id, legal_obligation, 7 years since issued_at'
    union all
    select 'public.messages', 'transform', (
      select count(*)
      from public.messages t
      where t.sender_id = any (array[subject])
        and t.body is distinct from '[deleted]'
    ), 'content, owner sender_id'
    union all
    select 'public.messages', 'detach', (
      select count(*)
      from public.messages t
      where t.recipient_id = any (array[subject])
    ), 'content, owner recipient_id'
    union all
    select 'public.sessions', 'delete', (
      select count(*)
      from public.sessions t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.totp_credentials', 'delete', (
      select count(*)
      from public.totp_credentials t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.uploads', 'delete', (
      select count(*)
      from public.uploads t
      where t.user_id = any (array[subject])
    ), 'content, owner user_id'
    union all
    select 'public.user_tokens', 'delete', (
      select count(*)
      from public.user_tokens t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.collections', 'transform', (
      select count(*)
      from public.collections t
      where t.owner_id = any (array[subject])
        and t.title is not null
    ), 'content, owner owner_id'
    union all
    select 'public.comments', 'delete', (
      select count(*)
      from public.comments t
      where t.author_id = any (subjects_delete_content)
    ), 'content, owner author_id, when delete_content'
    union all
    select 'public.comments', 'transform', (
      select count(*)
      from public.comments t
      where t.author_id = any (array[subject])
        and t.body is distinct from '[deleted]'
        and (t.author_id = any (subjects_delete_content)) is not true
    ), 'content, owner author_id'
    union all
    select 'public.property_listings', 'transform', (
      select count(*)
      from public.property_listings t
      where t.creator_id = any (array[subject])
        and (
          t.contact_phone is not null
          or t.contact_email is not null
        )
    ), 'content, owner creator_id'
    union all
    select 'public.users', 'transform', (
      select count(*)
      from public.users t
      where t.id = subject
    ), 'subject, 15 columns';
  end if;
  if strategy = 'hard_delete' then
    return query
    select 'public.accounts', 'delete', (
      select count(*)
      from public.accounts t
      where t.user_id = any (array[subject])
    ), 'credential, owner user_id'
    union all
    select 'public.backup_codes', 'delete', (
      select count(*)
      from public.backup_codes t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.collection_members', 'delete', (
      select count(*)
      from public.collection_members t
      where t.user_id = any (array[subject])
    ), 'content, owner user_id'
    union all
    select 'public.collection_members', 'delete', (
      select count(*)
      from public.collection_members t
      where t.collection_id in (
        select t.id
        from public.collections t
        where t.owner_id = any (array[subject])
      )
        and (t.user_id = any (array[subject])) is not true
    ), 'content, via collections'
    union all
    select 'public.comment_edits', 'delete', (
      select count(*)
      from public.comment_edits t
      where t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (array[subject])
      )
    ), 'content, via comments'
    union all
    select 'public.events', 'delete', (
      select count(*)
      from public.events t
      where t.user_id = any (array[subject])
    ), 'content, owner user_id'
    union all
    select 'public.invoices', 'detach', (
      select count(*)
      from public.invoices t
      where t.user_id = any (array[subject])
    ), 'retain, owner user_id, legal_obligation, 7 years since issued_at'
    union all
    select 'public.messages', 'delete', (
      select count(*)
      from public.messages t
      where t.sender_id = any (array[subject])
    ), 'content, owner sender_id'
    union all
    select 'public.messages', 'detach', (
      select count(*)
      from public.messages t
      where t.recipient_id = any (array[subject])
        and (t.sender_id = any (array[subject])) is not true
    ), 'content, owner recipient_id'
    union all
    select 'public.sessions', 'delete', (
      select count(*)
      from public.sessions t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.totp_credentials', 'delete', (
      select count(*)
      from public.totp_credentials t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.uploads', 'delete', (
      select count(*)
      from public.uploads t
      where t.user_id = any (array[subject])
    ), 'content, owner user_id'
    union all
    select 'public.user_tokens', 'delete', (
      select count(*)
      from public.user_tokens t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.collections', 'delete', (
      select count(*)
      from public.collections t
      where t.owner_id = any (array[subject])
    ), 'content, owner owner_id'
    union all
    select 'public.comments', 'delete', (
      select count(*)
      from public.comments t
      where t.author_id = any (array[subject])
    ), 'content, owner author_id'
    union all
    select 'public.property_listings', 'detach', (
      select count(*)
      from public.property_listings t
      where t.creator_id = any (array[subject])
    ), 'content, owner creator_id'
    union all
    select 'public.users', 'delete', (
      select count(*)
      from public.users t
      where t.id = subject
    ), 'subject';
  end if;
  if strategy = 'soft_delete' then
    return query
    select 'public.accounts', 'delete', (
      select count(*)
      from public.accounts t
      where t.user_id = any (array[subject])
    ), 'credential, owner user_id'
    union all
    select 'public.backup_codes', 'delete', (
      select count(*)
      from public.backup_codes t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.sessions', 'delete', (
      select count(*)
      from public.sessions t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.totp_credentials', 'delete', (
      select count(*)
      from public.totp_credentials t
      where t.user_id = any (array[subject])
    ), 'mfa, owner user_id'
    union all
    select 'public.user_tokens', 'delete', (
      select count(*)
      from public.user_tokens t
      where t.user_id = any (array[subject])
    ), 'session, owner user_id'
    union all
    select 'public.users', 'transform', (
      select count(*)
      from public.users t
      where t.id = subject
    ), 'subject, 3 columns';
  end if;
end
$function$;
comment on function lethe.count_operations(uuid, text) is 'A dry run: how many rows each statement of a strategy would touch, and why.';
$define$);

-- =============================================================================
-- WHAT IS SHOWN TO A PERSON WHO ASKS
-- Looking only: their data, and what would stay of it.
-- =============================================================================

call pg_temp.lethe_define('function lethe.collect_export(uuid)', $define$
create or replace function lethe.collect_export(subject uuid) returns table (table_name text, rows jsonb)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return query
  select 'public.accounts', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'user_id', t.user_id,
      'provider', t.provider,
      'provider_account_id', t.provider_account_id
    ) as shown,
           t.id as key_1
    from public.accounts t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.backup_codes', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'user_id', t.user_id
    ) as shown,
           t.id as key_1
    from public.backup_codes t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.collection_members', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'collection_id', t.collection_id,
      'user_id', t.user_id
    ) as shown,
           t.id as key_1
    from public.collection_members t
    where t.user_id = any (array[subject])
    union all
    select jsonb_build_object(
      'id', t.id,
      'collection_id', t.collection_id,
      'user_id', case when t.user_id = any (array[subject]) then t.user_id end
    ) as shown,
           t.id as key_1
    from public.collection_members t
    where t.collection_id in (
      select t.id
      from public.collections t
      where t.owner_id = any (array[subject])
    )
      and (t.user_id = any (array[subject])) is not true
  ) x
  having count(*) > 0;

  return query
  select 'public.collections', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'owner_id', t.owner_id,
      'title', t.title,
      'deleted_at', t.deleted_at
    ) as shown,
           t.id as key_1
    from public.collections t
    where t.owner_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.comment_edits', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'comment_id', t.comment_id,
      'previous_body', t.previous_body
    ) as shown,
           t.id as key_1
    from public.comment_edits t
    where t.comment_id in (
      select t.id
      from public.comments t
      where t.author_id = any (array[subject])
    )
  ) x
  having count(*) > 0;

  return query
  select 'public.comments', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'listing_id', t.listing_id,
      'author_id', t.author_id,
      'body', t.body
    ) as shown,
           t.id as key_1
    from public.comments t
    where t.author_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.events', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'user_id', t.user_id,
      'name', t.name,
      'payload', t.payload,
      'ip', t.ip,
      'created_at', t.created_at
    ) as shown,
           t.id as key_1
    from public.events t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.invoices', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'user_id', t.user_id,
      'billing_name', t.billing_name,
      'billing_address', t.billing_address,
      'amount_cents', t.amount_cents,
      'issued_at', t.issued_at
    ) as shown,
           t.id as key_1
    from public.invoices t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.messages', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'sender_id', t.sender_id,
      'recipient_id', case when t.recipient_id = any (array[subject]) then t.recipient_id end,
      'body', t.body
    ) as shown,
           t.id as key_1
    from public.messages t
    where t.sender_id = any (array[subject])
    union all
    select jsonb_build_object(
      'id', t.id,
      'sender_id', case when t.sender_id = any (array[subject]) then t.sender_id end,
      'recipient_id', t.recipient_id
    ) as shown,
           t.id as key_1
    from public.messages t
    where t.recipient_id = any (array[subject])
      and (t.sender_id = any (array[subject])) is not true
  ) x
  having count(*) > 0;

  return query
  select 'public.property_listings', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'creator_id', t.creator_id,
      'title', t.title,
      'contact_phone', t.contact_phone,
      'contact_email', t.contact_email,
      'deleted_at', t.deleted_at
    ) as shown,
           t.id as key_1
    from public.property_listings t
    where t.creator_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.sessions', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'user_id', t.user_id,
      'ip', t.ip,
      'user_agent', t.user_agent,
      'expires_at', t.expires_at
    ) as shown,
           t.id as key_1
    from public.sessions t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.totp_credentials', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'user_id', t.user_id
    ) as shown,
           t.id as key_1
    from public.totp_credentials t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.uploads', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'user_id', t.user_id,
      'url', t.url
    ) as shown,
           t.id as key_1
    from public.uploads t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.user_tokens', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'user_id', t.user_id,
      'context', t.context,
      'sent_to', t.sent_to
    ) as shown,
           t.id as key_1
    from public.user_tokens t
    where t.user_id = any (array[subject])
  ) x
  having count(*) > 0;

  return query
  select 'public.users', jsonb_agg(x.shown order by x.key_1)
  from (
    select jsonb_build_object(
      'id', t.id,
      'email', t.email,
      'unconfirmed_email', t.unconfirmed_email,
      'name', t.name,
      'display_name', t.display_name,
      'image', t.image,
      'phone', t.phone,
      'address', t.address,
      'city', t.city,
      'state', t.state,
      'zip_code', t.zip_code,
      'country', t.country,
      'gender', t.gender,
      'birth_date', t.birth_date,
      'nationality', t.nationality,
      'locale', t.locale,
      'is_admin', t.is_admin,
      'created_at', t.created_at,
      'updated_at', t.updated_at
    ) as shown,
           t.id as key_1
    from public.users t
    where t.id = any (array[subject])
  ) x
  having count(*) > 0;
end
$function$;
comment on function lethe.collect_export(uuid) is 'What the annotation says is a subject''s, table by table, never a secret. lethe.export_subject() asks who wants to know.';
$define$);

call pg_temp.lethe_define('function lethe.count_remaining(uuid, text)', $define$
create or replace function lethe.count_remaining(subject uuid, strategy text) returns table (table_name text, rows bigint, basis text)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  subjects_delete_content constant uuid[] := case
    when lethe.option_of(subject, 'delete_content') = true
    then array[subject]
    else '{}'
  end;
begin
  if strategy = 'anonymize' then
    return query
    select 'public.collection_members', (
      select count(*)
      from public.collection_members t
      where t.collection_id in (
        select t.id
        from public.collections t
        where t.owner_id = any (array[subject])
      )
        and (t.user_id = any (array[subject])) is not true
    ), 'the annotation keeps them'
    union all
    select 'public.invoices', (
      select count(*)
      from public.invoices t
      where t.user_id = any (array[subject])
    ), 'retained (legal_obligation) for 7 years since issued_at';
  end if;
  if strategy = 'hard_delete' then
    return query
    select 'public.invoices', (
      select count(*)
      from public.invoices t
      where t.user_id = any (array[subject])
    ), 'retained (legal_obligation) for 7 years since issued_at';
  end if;
  if strategy = 'soft_delete' then
    return query
    select 'public.collection_members', (
      select count(*)
      from public.collection_members t
      where t.user_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.collection_members', (
      select count(*)
      from public.collection_members t
      where t.collection_id in (
        select t.id
        from public.collections t
        where t.owner_id = any (array[subject])
      )
        and (t.user_id = any (array[subject])) is not true
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.collections', (
      select count(*)
      from public.collections t
      where t.owner_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.comment_edits', (
      select count(*)
      from public.comment_edits t
      where t.comment_id in (
        select t.id
        from public.comments t
        where t.author_id = any (array[subject])
      )
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.comments', (
      select count(*)
      from public.comments t
      where t.author_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.events', (
      select count(*)
      from public.events t
      where t.user_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.invoices', (
      select count(*)
      from public.invoices t
      where t.user_id = any (array[subject])
    ), 'retained (legal_obligation) for 7 years since issued_at, as they are'
    union all
    select 'public.messages', (
      select count(*)
      from public.messages t
      where t.sender_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.messages', (
      select count(*)
      from public.messages t
      where t.recipient_id = any (array[subject])
        and (t.sender_id = any (array[subject])) is not true
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.property_listings', (
      select count(*)
      from public.property_listings t
      where t.creator_id = any (array[subject])
    ), 'soft_delete leaves them as they are'
    union all
    select 'public.uploads', (
      select count(*)
      from public.uploads t
      where t.user_id = any (array[subject])
    ), 'soft_delete leaves them as they are';
  end if;
end
$function$;
comment on function lethe.count_remaining(uuid, text) is 'How many of a subject''s rows a strategy leaves standing, and on what basis.';
$define$);

-- =============================================================================
-- WHO IS CALLING
-- =============================================================================

call pg_temp.lethe_define('function lethe.current_subject()', $define$
create or replace function lethe.current_subject() returns uuid
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return (nullif(current_setting('app.user_id', true), '')::uuid)::uuid;
end
$function$;
comment on function lethe.current_subject() is 'The signed-in subject, from the annotation''s access.currentUser; null when nobody is signed in.';
$define$);

call pg_temp.lethe_define('function lethe.is_admin()', $define$
create or replace function lethe.is_admin() returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return pg_has_role(lethe.calling_role(), 'app_admin', 'usage');
end
$function$;
comment on function lethe.is_admin() is 'May the caller delete other people? From the annotation''s access.admin.';
$define$);

call pg_temp.lethe_define('function lethe.is_service()', $define$
create or replace function lethe.is_service() returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return pg_has_role(lethe.calling_role(), 'app_worker', 'usage')
      or lethe.is_owner();
end
$function$;
comment on function lethe.is_service() is 'Is the caller the worker (access.worker) or the owner of the schema?';
$define$);

call pg_temp.lethe_define('function lethe.authorize(uuid)', $define$
create or replace function lethe.authorize(subject uuid) returns text
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
  me constant uuid := (nullif(current_setting('app.user_id', true), '')::uuid)::uuid;
begin
  if subject is null then
    perform lethe.refuse('LT006', subject, 'no subject was named', 'Pass the key of the person to be deleted.');
  end if;
  if me = subject then
    return 'self';
  end if;
  if me is null then
    if pg_has_role(lethe.calling_role(), 'app_worker', 'usage')
      or lethe.is_owner() then
      return 'service';
    end if;
    perform lethe.refuse('LT005', subject, 'nobody is signed in',
      'Set the signed-in subject (access.currentUser), or call as one of access.worker or as the owner.');
  end if;
  if lethe.is_admin() then
    return 'admin';
  end if;
  perform lethe.refuse('LT005', subject, 'not allowed to act for another person',
    'Only an administrator (access.admin) may name somebody else.');
end
$function$;
comment on function lethe.authorize(uuid) is 'Who is calling: self, admin (somebody else is signed in) or service (nobody is). LT005 otherwise.';
$define$);

-- =============================================================================
-- THE CORE
-- The same for every application.
-- =============================================================================

call pg_temp.lethe_define('function lethe.as_key(text)', $define$
create or replace function lethe.as_key(value text) returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return value::uuid;
exception
  when invalid_text_representation or numeric_value_out_of_range then
    return null;
end
$function$;
comment on function lethe.as_key(text) is 'A value of another type as a subject''s key; null where it is none.';
$define$);

call pg_temp.lethe_define('function lethe.begin_change(boolean)', $define$
create or replace function lethe.begin_change(wait boolean) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_read_committed() then
    perform lethe.require_read_committed();
  end if;
  -- Lethe goes from a person to their rows, a migration through the tables in an order of its own: they would lock each
  -- other out. The migration takes this lock alone, before anything else.
  if not wait then
    return pg_try_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  return true;
end
$function$;
comment on function lethe.begin_change(boolean) is
  'What begins every change of a person''s rows: LT015 unless READ COMMITTED, and to the end of this transaction no migration
   of Lethe begins. False where one is under way or waits, unless wait.';
$define$);

call pg_temp.lethe_define('function lethe.calling_role()', $define$
create or replace function lethe.calling_role() returns name
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- Inside a definer function current_user is the definer, and session_user sees through SET ROLE.
  select coalesce(nullif(current_setting('role', true), 'none')::name, session_user);
$function$;
comment on function lethe.calling_role() is 'The role that is really asking: SET ROLE if there was one, else the one that logged in.';
$define$);

call pg_temp.lethe_define('function lethe.is_owner()', $define$
create or replace function lethe.is_owner() returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return pg_has_role(lethe.calling_role(), (select n.nspowner from pg_namespace n where n.nspname = 'lethe'), 'usage');
end
$function$;
comment on function lethe.is_owner() is 'Does the caller have the rights of the role that owns the schema?';
$define$);

call pg_temp.lethe_define('function lethe.is_read_committed()', $define$
create or replace function lethe.is_read_committed() returns boolean
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- Under REPEATABLE READ a statement after the lock still sees the world as it was before it,
  -- and a session that was opened meanwhile would survive.
  select current_setting('transaction_isolation') in ('read committed', 'read uncommitted');
$function$;
comment on function lethe.is_read_committed() is 'Does each statement of this transaction see what was committed before it?';
$define$);

call pg_temp.lethe_define('function lethe.refuse(text, uuid, text, text, jsonb)', $define$
create or replace function lethe.refuse(
  code text,
  subject uuid,
  message text,
  hint text default null,
  facts jsonb default '{}'
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  raise exception using
    errcode = code,
    message = message,
    detail = (jsonb_build_object('subject', subject::text) || facts)::text,
    hint = coalesce(hint, '');
end
$function$;
comment on function lethe.refuse(text, uuid, text, text, jsonb) is
  'Raises one of Lethe''s errors: SQLSTATE LT0xx, the subject in DETAIL as JSON, the remedy in HINT.';
$define$);

call pg_temp.lethe_define('function lethe.require_operator()', $define$
create or replace function lethe.require_operator() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_service() and not lethe.is_admin() then
    perform lethe.refuse('LT005', null, 'only administrators and the worker may do this',
      'Call as one of access.admin or access.worker, or as the owner of the schema.');
  end if;
end
$function$;
comment on function lethe.require_operator() is 'LT005 unless the caller is an administrator, one of access.worker, or the owner.';
$define$);

call pg_temp.lethe_define('function lethe.require_read_committed()', $define$
create or replace function lethe.require_read_committed() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_read_committed() then
    perform lethe.refuse('LT015', null,
      format('wrong isolation level: %s', current_setting('transaction_isolation')),
      'Call it in a READ COMMITTED transaction.');
  end if;
end
$function$;
comment on function lethe.require_read_committed() is 'LT015 unless the transaction is READ COMMITTED.';
$define$);

call pg_temp.lethe_define('function lethe.require_service()', $define$
create or replace function lethe.require_service() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_service() then
    perform lethe.refuse('LT005', null, 'only the worker may do this',
      'Call as one of access.worker, or as the owner of the schema.');
  end if;
end
$function$;
comment on function lethe.require_service() is 'LT005 unless the caller is one of access.worker or the owner.';
$define$);

call pg_temp.lethe_define('function lethe.cancel_deletion(uuid)', $define$
create or replace function lethe.cancel_deletion(subject uuid) returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  caller constant text := lethe.authorize(subject);
  target lethe.deletion_request;
begin
  perform lethe.begin_change(wait => true);
  select r.* into target
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', subject, 'no deletion is scheduled', 'lethe.deletion_status() says where the person stands.');
  elsif target.state = 'executing' then
    perform lethe.refuse('LT008', subject, 'deletion is in progress and can''t be taken back',
      'Once it has begun, an erasure can only be finished.',
      jsonb_build_object('request', target.id));
  end if;
  return lethe.cancel_request(target.id, caller);
end
$function$;
comment on function lethe.cancel_deletion(uuid) is
  'Takes a scheduled deletion back and lets the person sign in anew. Returns the time from which the cooldown counts.
   Errors: LT002 not scheduled, LT005 not allowed, LT008 already executing, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.cancel_deletion_by_token(text)', $define$
create or replace function lethe.cancel_deletion_by_token(token text) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  hash constant bytea := sha256(convert_to(token, 'UTF8'));
  target lethe.deletion_request;
begin
  perform lethe.begin_change(wait => true);
  select r.* into target
  from lethe.deletion_request r
  where r.id = coalesce(
      (select q.id from lethe.deletion_request q where q.cancel_token_hash = hash),
      -- Every mail has one of its own.
      (select e.request_id from lethe.effect e where e.token_hash = hash)
    )
    and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', null, 'the token cancels nothing',
      'It may have been used, or the deletion may have been executed or cancelled.');
  elsif target.state = 'executing' then
    perform lethe.refuse('LT008', target.subject_id, 'deletion is in progress and can''t be taken back',
      'Once it has begun, an erasure can only be finished.',
      jsonb_build_object('request', target.id));
  end if;
  perform lethe.cancel_request(target.id, 'token');
  return target.subject_id;
end
$function$;
comment on function lethe.cancel_deletion_by_token(text) is
  'Takes a scheduled deletion back with the token from the mail, for the person who can no longer sign in.
   Every mail that an effect sends has a token of its own; each works, and one ends them all. Returns the subject. Errors: LT002 no such token, LT008 already executing.';
$define$);

call pg_temp.lethe_define('function lethe.cancel_request(bigint, text)', $define$
create or replace function lethe.cancel_request(request bigint, actor text) returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  -- The caller holds the request's row; the subject's comes second, as everywhere.
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  perform lethe.lock_subject(target.subject_id);
  update lethe.deletion_request r
  set state = 'cancelled',
      cancelled_at = now(),
      preserved = null,
      cancel_token_hash = null,
      next_attempt_at = null,
      blocked_at = null
  where r.id = request;
  perform lethe.let_back_in(target.subject_id, target.preserved);
  perform lethe.record_events(array[request], 'cancelled', actor);
  perform lethe.withdraw_effects(array[request], array['schedule', 'before']);
  call lethe.capture_cancel_effects(array[request]);
  perform pg_notify('lethe', '');
  return now();
end
$function$;
comment on function lethe.cancel_request(bigint, text) is 'Takes back a scheduled request that the caller has locked.';
$define$);

call pg_temp.lethe_define('function lethe.certificate(bigint)', $define$
create or replace function lethe.certificate(request bigint) returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
-- The same bytes whoever asks, wherever they are.
set timezone = 'UTC'
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  perform lethe.require_operator();
  select r.* into target from lethe.deletion_request r where r.id = request;
  if not found then
    perform lethe.refuse('LT002', null, 'no such request', 'lethe.deletion_status() says which request a person has.',
      jsonb_build_object('request', request));
  end if;
  return jsonb_build_object(
    'request', target.id,
    'state', target.state,
    'strategy', target.strategy,
    'options', target.options,
    'requested_at', target.requested_at,
    'scheduled_for', target.scheduled_for,
    'due_by', target.due_by,
    'executed_at', target.executed_at,
    'completed_at', target.completed_at,
    'cancelled_at', target.cancelled_at,
    'in_time', coalesce(target.completed_at, now()) <= target.due_by,
    'annotation', target.annotation_hash,
    'erased', (
      select coalesce(jsonb_agg(jsonb_build_object('at', e.at) || e.details order by e.seq), '[]')
      from lethe.deletion_event e
      where e.request_id = request and e.event in ('begun', 'executed')
    ),
    'effects', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'effect', f.name,
        'recipient', f.handler,
        'at', f.at,
        'state', f.state,
        'attempts', f.attempts,
        'created_at', f.created_at,
        'finished_at', f.finished_at,
        'receipt', f.receipt
      ) order by f.id), '[]')
      from lethe.effect f
      where f.request_id = request
    ),
    'kept', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'table', k.table_name, 'basis', k.basis, 'rows', k.rows, 'until', k.until
      ) order by k.table_name, k.basis), '[]')
      from (
        select n.table_name, n.basis, count(*) as rows, max(t.purge_after) as until
        from lethe.retained t
        join lethe.retention n on n.id = t.retention_id
        where t.request_id = request
        group by n.table_name, n.basis
      ) k
    ),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'event', e.event, 'at', e.at, 'actor', e.actor) order by e.seq), '[]')
      from lethe.deletion_event e
      where e.request_id = request
    ),
    'chain', jsonb_build_object(
      'events', target.event_count,
      'head', encode(target.event_head, 'hex'),
      'problems', (select count(*) from lethe.verify_events(request))
    )
  );
end
$function$;
comment on function lethe.certificate(bigint) is
  'What was done for one request, where and when: strategy, the annotation''s hash, rows erased, effects with their receipts,
   what is kept and until when, and the end of its event chain. No personal data, and no key of a person: whoever hands it
   out knows to whom. Before the request is completed it says how far things are. Times are UTC.
   Errors: LT002 no such request, LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.complete_options(jsonb, jsonb)', $define$
create or replace function lethe.complete_options(given jsonb, known jsonb) returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $function$
declare
  wrong text;
begin
  if given is null or given = '{}' then
    return known;
  end if;
  if jsonb_typeof(given) <> 'object' then
    raise exception 'options must be a JSON object'
      using errcode = 'invalid_parameter_value', hint = 'For example: {"delete_content": true}.';
  end if;
  select string_agg(quote_literal(o.key), ', ' order by o.key) into wrong
  from jsonb_each(given) o
  where not known ? o.key or jsonb_typeof(o.value) <> 'boolean';
  if wrong is not null then
    raise exception 'unknown or non-boolean options: %', wrong
      using errcode = 'invalid_parameter_value',
            hint = format('The annotation knows: %s.', known);
  end if;
  return known || given;
end
$function$;
comment on function lethe.complete_options(jsonb, jsonb) is 'The request''s options with the annotation''s defaults. 22023 for one it doesn''t know.';
$define$);

call pg_temp.lethe_define('function lethe.deletion_blockers(uuid)', $define$
create or replace function lethe.deletion_blockers(subject uuid)
returns table (code text, message text, count bigint, blocking boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  perform lethe.authorize(subject);
  return query
  select b.code, b.message, b.count, b.blocking
  from lethe.count_blockers(subject) b
  where b.count > 0;
end
$function$;
comment on function lethe.deletion_blockers(uuid) is
  'What stands in the way of a person''s deletion, and what is only counted (blocking = false).
   Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.deletion_status(uuid)', $define$
create or replace function lethe.deletion_status(subject uuid) returns lethe.status
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  answer lethe.status;
begin
  perform lethe.authorize(subject);
  select case r.state
           when 'scheduled' then 'scheduled'
           when 'executing' then 'executing'
           when 'cancelled' then 'not_scheduled'
           else 'deleted'
         end,
         ceil(extract(epoch from greatest(r.scheduled_for - now(), interval '0')) / 86400),
         r.scheduled_for, r.due_by, r.id, r.strategy, r.requested_at
    into answer
  from lethe.deletion_request r
  where r.subject_id = subject
  order by r.id desc
  limit 1;
  if answer.status is null or answer.status = 'not_scheduled'
    -- Somebody new under the key of a row that was deleted.
    or (answer.status = 'deleted' and lethe.is_live(subject)) then
    -- Marked before Lethe came: gone for the application, though nobody erased the row.
    return (case when lethe.is_marked(subject) then 'deleted' else 'not_scheduled' end,
            null, null, null, null, null, null, null, null)::lethe.status;
  elsif answer.status <> 'scheduled' then
    answer.days_remaining := 0;
    select count(*), max(t.purge_after) into answer.kept_rows, answer.kept_until
    from lethe.retained t
    where t.request_id = answer.request_id;
  end if;
  return answer;
end
$function$;
comment on function lethe.deletion_status(uuid) is
  'Where a person stands: not_scheduled, scheduled (with the days that remain, rounded up), executing, deleted
   (with how many rows are still kept on a legal basis, and until when the last of them).
   Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.event_hash(bytea, bigint, integer, text, text, timestamptz, jsonb)', $define$
create or replace function lethe.event_hash(
  previous bytea,
  request_id bigint,
  seq integer,
  event text,
  actor text,
  at timestamptz,
  details jsonb
) returns bytea
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- The text of a JSON array, put together from its parts: many are computed in a batch, and this takes a third of the time
  -- of jsonb_build_array(). Microseconds since the epoch: a timestamp's text would change with TimeZone.
  select sha256(
    coalesce(previous, ''::bytea)
    || convert_to(
         concat('[', request_id, ', ', seq, ', "', event, '", "', actor, '", ', (extract(epoch from at) * 1000000)::bigint,
                ', ', details, ']'),
         'UTF8'
       )
  );
$function$;
comment on function lethe.event_hash(bytea, bigint, integer, text, text, timestamptz, jsonb) is
  'The hash of one event, which covers the one before it.';
$define$);

call pg_temp.lethe_define('function lethe.explain_deletion(uuid, lethe.strategy)', $define$
create or replace function lethe.explain_deletion(subject uuid, strategy lethe.strategy default null)
returns table (table_name text, action text, rows bigint, reason text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  chosen text;
begin
  perform lethe.authorize(subject);
  select coalesce(strategy, r.strategy, a.strategies[1]) into strict chosen
  from lethe.annotation a
  left join lethe.deletion_request r on r.subject_id = subject and r.state in ('scheduled', 'executing');
  if chosen <> all ((select a.strategies from lethe.annotation a)::text[]) then
    raise exception 'strategy % is not allowed', chosen using errcode = 'invalid_parameter_value';
  end if;
  return query
  select e.table_name, e.action, e.rows, e.reason
  from lethe.count_operations(subject, chosen) e;
end
$function$;
comment on function lethe.explain_deletion(uuid, lethe.strategy) is
  'A dry run: table by table what execution would do to how many rows, and why. Writes nothing.
   Errors: LT005 not allowed, 22023 strategy not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.explain_remaining(uuid, lethe.strategy)', $define$
create or replace function lethe.explain_remaining(subject uuid, strategy lethe.strategy default null)
returns table (table_name text, rows bigint, basis text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  chosen text;
begin
  perform lethe.authorize(subject);
  select coalesce(strategy, r.strategy, a.strategies[1]) into strict chosen
  from lethe.annotation a
  left join lethe.deletion_request r on r.subject_id = subject and r.state in ('scheduled', 'executing');
  if chosen <> all ((select a.strategies from lethe.annotation a)::text[]) then
    raise exception 'strategy % is not allowed', chosen using errcode = 'invalid_parameter_value';
  end if;
  return query
  select e.table_name, e.rows, e.basis
  from lethe.count_remaining(subject, chosen) e
  where e.rows > 0
    -- After the erasure the entries say it more exactly.
    and not (e.basis like 'retained%' and exists (
      select
      from lethe.deletion_request q
      join lethe.retained r on r.request_id = q.id
      join lethe.retention n on n.id = r.retention_id
      where q.subject_id = subject and n.table_name = e.table_name
    ))
  union all
  select n.table_name, count(*),
         format('retained (%s), the last until %s', n.basis, to_char(max(r.purge_after) at time zone 'UTC', 'YYYY-MM-DD'))
  from lethe.deletion_request q
  join lethe.retained r on r.request_id = q.id
  join lethe.retention n on n.id = r.retention_id
  where q.subject_id = subject
    -- Not what somebody left who had the key before.
    and not lethe.is_live(subject)
  group by n.table_name, n.basis;
end
$function$;
comment on function lethe.explain_remaining(uuid, lethe.strategy) is
  'A dry run''s other half: how many of a person''s rows would stay, and on what basis: retained by law, kept by the
   annotation, or untouched by soft_delete; after the erasure,
   what is still retained, and until when. Rows that stay with their columns transformed are in explain_deletion().
   Errors: LT005 not allowed, 22023 strategy not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.export_subject(uuid)', $define$
create or replace function lethe.export_subject(subject uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
-- The same bytes whoever asks, wherever they are.
set timezone = 'UTC'
set bytea_output = 'hex'
set intervalstyle = 'iso_8601'
as $function$
#variable_conflict use_variable
declare
  answer jsonb;
begin
  perform lethe.authorize(subject);
  select coalesce(jsonb_object_agg(e.table_name, e.rows), '{}')
    into strict answer
  from lethe.collect_export(subject) e;
  if not lethe.is_live(subject) and not lethe.is_marked(subject) then
    perform lethe.refuse('LT006', subject, 'no such subject', 'Check the key; after hard_delete there is no row left.');
  end if;
  return answer;
end
$function$;
comment on function lethe.export_subject(uuid) is
  'What the annotation says is a person''s (GDPR Art. 15 and 20): an array of rows under each table''s name, ordered by
   primary key, tables without rows left out. Never secrets, second factors or what looks like a token; of sessions and
   credentials what describes them. Keys of other people are null. Of rows that only name the person (messages
   received) the key and what isn''t personal. Times are UTC. One consistent state, whatever is written meanwhile.
   Errors: LT005 not allowed, LT006 no such subject.';
$define$);

call pg_temp.lethe_define('function lethe.is_deletion_scheduled(uuid)', $define$
create or replace function lethe.is_deletion_scheduled(subject uuid) returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
  select (lethe.deletion_status(subject)).status = 'scheduled';
$function$;
comment on function lethe.is_deletion_scheduled(uuid) is 'Is the person in the grace period? Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.later(timestamptz, interval)', $define$
create or replace function lethe.later(moment timestamptz, span interval) returns timestamptz
language sql
immutable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- In UTC: two weeks across a change of clocks are two weeks, whatever the session's TimeZone.
  select (moment at time zone 'UTC' + span) at time zone 'UTC';
$function$;
comment on function lethe.later(timestamptz, interval) is 'The moment and a span after it, the same in every session.';
$define$);

call pg_temp.lethe_define('function lethe.option_of(uuid, text)', $define$
create or replace function lethe.option_of(subject uuid, option text) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  -- The open request's option; without a request, what the annotation takes by default.
  select coalesce(
    (
      select (r.options ->> $2)::boolean
      from lethe.deletion_request r
      where r.subject_id = $1 and r.state in ('scheduled', 'executing')
    ),
    (select (a.options ->> $2)::boolean from lethe.annotation a),
    false
  );
$function$;
comment on function lethe.option_of(uuid, text) is 'An option of the subject''s open request, or its default.';
$define$);

call pg_temp.lethe_define('function lethe.record_events(bigint[], text, text, jsonb)', $define$
create or replace function lethe.record_events(
  requests bigint[],
  event text,
  actor text,
  details jsonb default '{}'
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  recorded bigint[];
  heads bytea[];
begin
  if cardinality(requests) = 0 then
    return;
  end if;
  -- The caller holds each request's row lock, so no two events of one request can take the same number.
  -- In plpgsql, which keeps the plan for the session: a function in SQL is planned anew at every call.
  with appended as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select q.id, q.event_count + 1, event, actor, clock.at, details,
           lethe.event_hash(q.event_head, q.id, q.event_count + 1, event, actor, clock.at, details)
    from (select clock_timestamp() as at) clock,
         lethe.deletion_request q
    where q.id = any (requests)
    returning request_id, hash
  )
  select array_agg(a.request_id order by a.request_id), array_agg(a.hash order by a.request_id)
  into recorded, heads
  from appended a;
  if recorded is null then
    return;
  end if;

  -- The end of the log is written down beside it: whoever cuts events off is found out. No join: a plan that was made
  -- while the table was empty would read all of it (width_bucket() finds the place in the sorted list).
  update lethe.deletion_request q
  set event_count = q.event_count + 1,
      event_head = heads[width_bucket(q.id, recorded)]
  where q.id = any (recorded);

  insert into lethe.event_tally (event, count)
  values (event, cardinality(recorded));
end
$function$;
comment on function lethe.record_events(bigint[], text, text, jsonb) is 'Appends one event to each request''s log.';
$define$);

call pg_temp.lethe_define('function lethe.schedule_deletion(uuid, lethe.strategy, text, interval, jsonb)', $define$
create or replace function lethe.schedule_deletion(
  subject uuid,
  strategy lethe.strategy default null,
  reason text default null,
  grace interval default null,
  options jsonb default '{}'
) returns lethe.scheduled
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  caller constant text := lethe.authorize(subject);
  -- Here, because a call costs less as an expression than as a statement of its own.
  begun constant boolean := lethe.begin_change(wait => true);
  terms lethe.annotation;
  chosen text;
  due timestamptz;
  latest timestamptz;
  previous record;
  obstacle text;
  obstacles jsonb;
  token text;
  request bigint;
  at constant timestamptz := clock_timestamp();
  facts jsonb;
  head bytea;
  kept jsonb;
  wake boolean;
begin
  select a.* into strict terms from lethe.annotation a;

  chosen := coalesce(strategy, terms.strategies[1]);
  if chosen <> all (terms.strategies) then
    raise exception 'strategy % is not allowed', chosen
      using errcode = 'invalid_parameter_value',
            hint = format('The annotation allows: %s.', array_to_string(terms.strategies, ', '));
  end if;
  options := case when options <> '{}' then lethe.complete_options(options, terms.options) else terms.options end;

  due := lethe.later(now(), coalesce(grace, terms.grace_period));
  latest := lethe.later(now(), interval '1 month');
  if due < now() or due > latest then
    raise exception 'a grace period of % is not possible', grace
      using errcode = 'invalid_parameter_value',
            hint = 'It can''t be negative, and the erasure must be done within one month of the request (GDPR Art. 12(3)).';
  end if;

  -- From here on nobody can sign in, cancel or schedule at the same time.
  kept := lethe.preserve(subject);
  if kept is null then
    perform lethe.refuse('LT006', subject, 'no such subject', 'Pass the key of a person who is there.');
  end if;

  select r.id, r.state, r.scheduled_for, r.cancelled_at into previous
  from lethe.deletion_request r
  where r.subject_id = subject
  order by r.id desc
  limit 1;
  if previous.state = 'scheduled' then
    perform lethe.refuse('LT001', subject, 'deletion is already scheduled',
      'Cancel it first with lethe.cancel_deletion().',
      jsonb_build_object('request', previous.id, 'scheduled_for', previous.scheduled_for));
  elsif previous.state = 'executing' then
    perform lethe.refuse('LT008', subject, 'deletion is in progress', 'Nothing is left to do: the worker finishes it.',
      jsonb_build_object('request', previous.id));
  elsif previous.state in ('erased', 'completed') then
    -- Not marked: somebody new under the key of a row that was deleted.
    if lethe.is_marked(subject) then
      perform lethe.refuse('LT001', subject, 'already deleted', 'Nothing is left to do.',
        jsonb_build_object('request', previous.id));
    end if;
  elsif lethe.later(previous.cancelled_at, terms.cancel_cooldown) > now() then
    perform lethe.refuse('LT004', subject, 'a deletion was cancelled a short while ago',
      'Wait until the cooldown is over.',
      jsonb_build_object('until', lethe.later(previous.cancelled_at, terms.cancel_cooldown)));
  end if;

  if subject = any (lethe.blocked_subjects(array[subject])) then
    obstacle := lethe.refusal(subject);
    if obstacle is not null then
      perform lethe.refuse('LT003', subject, obstacle, 'The annotation refuses deletion for this row.');
    end if;
    select jsonb_agg(jsonb_build_object('code', b.code, 'message', b.message, 'count', b.count)),
           string_agg(b.message, ', ')
      into obstacles, obstacle
    from lethe.count_blockers(subject) b
    where b.blocking and b.count > 0;
    -- Null where it was gone a moment later.
    if obstacles is not null then
      perform lethe.refuse('LT003', subject, 'deletion is blocked: ' || obstacle,
        'Remove or hand over what blocks it; lethe.deletion_blockers() lists it.',
        jsonb_build_object('blockers', obstacles));
    end if;
  end if;

  token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  request := nextval('lethe.deletion_request_id_seq');
  facts := jsonb_build_object('strategy', chosen, 'scheduled_for', due, 'options', options);
  -- With its first event, as record_events() would append it: the request is written once.
  head := lethe.event_hash(null, request, 1, 'scheduled', caller, at, facts);
  with requested as (
    insert into lethe.deletion_request (
      id, subject_id, strategy, options, reason, requested_by, scheduled_for, due_by,
      annotation_hash, preserved, cancel_token_hash, event_count, event_head
    )
    overriding system value
    values (
      request, subject, chosen, options, reason,
      case caller when 'service' then lethe.calling_role()::text else lethe.current_subject()::text end,
      due, latest, terms.hash, kept, sha256(convert_to(token, 'UTF8')), 1, head
    )
  ), recorded as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    values (request, 1, 'scheduled', caller, at, facts, head)
  )
  insert into lethe.event_tally (event, count) values ('scheduled', 1);
  wake := lethe.lock_out(subject, due, array[request], token);
  -- The worker looks each minute anyway.
  if wake or due < now() + interval '1 minute' then
    perform pg_notify('lethe', '');
  end if;
  return (request, due, token)::lethe.scheduled;
end
$function$;
comment on function lethe.schedule_deletion(uuid, lethe.strategy, text, interval, jsonb) is
  'Schedules a person''s deletion: locks them out at once, erases after the grace period.
   strategy: default the annotation''s first; grace: default the annotation''s, zero means at once, at most one month;
   options: the annotation''s options, e.g. {"delete_content": true}; reason: free text, wiped at execution.
   Returns the request, when it is due, and the one-time token for cancel_deletion_by_token().
   Errors: LT001 already scheduled or deleted, LT003 blocked or refused, LT004 in cooldown, LT005 not allowed,
   LT006 no such subject, LT008 in progress, LT015 wrong isolation level, 22023 strategy, grace or option not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.verify_events(bigint)', $define$
create or replace function lethe.verify_events(request bigint default null)
returns table (request_id bigint, seq integer, problem text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
  -- A range rather than "is null or": one plan, by the index, for one request and for all.
  first_request constant bigint := coalesce(request, (-9223372036854775808)::bigint);
  last_request constant bigint := coalesce(request, 9223372036854775807);
begin
  perform lethe.require_operator();
  return query
  with log as (
    select e.request_id, e.seq, e.hash,
           lag(e.seq, 1, 0) over w as previous_seq,
           lethe.event_hash(lag(e.hash) over w, e.request_id, e.seq, e.event, e.actor, e.at, e.details) as expected
    from lethe.deletion_event e
    where e.request_id between first_request and last_request
    window w as (partition by e.request_id order by e.seq)
  ), ends as (
    select r.id, r.event_count, r.event_head, l.seq as last_seq, l.hash as last_hash
    from lethe.deletion_request r
    left join lateral (
      select e.seq, e.hash
      from lethe.deletion_event e
      where e.request_id = r.id
      order by e.seq desc
      limit 1
    ) l on true
    where r.id between first_request and last_request
  )
  select p.request_id, p.seq, p.problem
  from (
    select l.request_id, l.previous_seq + 1, 'removed: the events before the next one are missing'
    from log l
    where l.seq > l.previous_seq + 1
    union all
    select l.request_id, l.seq, 'changed: the hash isn''t that of this event after the one before it'
    from log l
    where l.seq = l.previous_seq + 1 and l.hash <> l.expected
    union all
    select n.id, coalesce(n.last_seq, 0) + 1, 'removed: the end of the log is missing'
    from ends n
    where coalesce(n.last_seq, 0) < n.event_count
    union all
    select n.id, n.last_seq, 'inserted: the log is longer than the request knows'
    from ends n
    where n.last_seq > n.event_count
    union all
    select n.id, n.last_seq, 'changed: the last hash isn''t the one that the request knows'
    from ends n
    where n.last_seq = n.event_count and n.last_hash is distinct from n.event_head
  ) p (request_id, seq, problem)
  order by p.request_id, p.seq;
end
$function$;
comment on function lethe.verify_events(bigint) is
  'Reads the log of one request, or of all, and computes every hash again: a line for each event that was changed, removed,
   inserted or put elsewhere; none where the chain holds. Whoever may write all tables of Lethe can make a chain anew:
   certificates that were handed out hold its end. Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.within_cooldown(uuid)', $define$
create or replace function lethe.within_cooldown(subject uuid) returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
begin
  perform lethe.authorize(subject);
  return exists (
    select
    from lethe.deletion_request r, lethe.annotation a
    where r.subject_id = subject
      and r.state = 'cancelled'
      and lethe.later(r.cancelled_at, a.cancel_cooldown) > now()
  );
end
$function$;
comment on function lethe.within_cooldown(uuid) is
  'Was a deletion cancelled so recently that schedule_deletion() refuses a new one? Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.apply_strategy(text, uuid[])', $define$
create or replace function lethe.apply_strategy(strategy text, subjects uuid[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  if cardinality(subjects) = 0 then
    return;
  end if;
  case strategy
    when 'anonymize' then
      call lethe.anonymize(subjects);
    when 'hard_delete' then
      call lethe.hard_delete(subjects);
    when 'soft_delete' then
      call lethe.soft_delete(subjects);
  end case;
end
$function$;
comment on function lethe.apply_strategy(text, uuid[]) is 'Runs the strategy''s procedure, which the migration emits for the application.';
$define$);

call pg_temp.lethe_define('function lethe.begin_execution(bigint[], xid)', $define$
create or replace function lethe.begin_execution(requests bigint[], since xid) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  update lethe.deletion_request r
  set state = 'executing',
      effects_since = $2,
      -- There is no way back from here: an erasure in steps keeps no original for weeks, but for the values by which
      -- rows of other tables are still to be found, and what the application's own steps asked for.
      preserved = (
        select jsonb_object_agg(kept.key, kept.value)
        from jsonb_each(r.preserved) kept
        where kept.key in ('matches', 'steps')
      )
  where r.id = any ($1);
$function$;
comment on function lethe.begin_execution(bigint[], xid) is
  'Marks requests as executing whose erasure goes in steps; once that is committed they can''t be cancelled.';
$define$);

call pg_temp.lethe_define('function lethe.begin_in_steps(text, uuid[])', $define$
create or replace function lethe.begin_in_steps(strategy text, subjects uuid[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  -- Chunks detach rows before the last pass looks for them.
  perform lethe.keep_retained(subjects);
  perform lethe.capture_orphans(subjects);
end
$function$;
comment on function lethe.begin_in_steps(text, uuid[]) is
  'The first step of subjects with very many rows: what has to happen before anything of theirs is erased.';
$define$);

call pg_temp.lethe_define('function lethe.claim_blocked(integer)', $define$
create or replace function lethe.claim_blocked(max integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- As in claim_due().
set enable_bitmapscan = off
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return array(
    select r.id
    from lethe.deletion_request r
    where r.state = 'scheduled' and r.blocked_at is not null
    order by r.blocked_at
    limit max
    for update skip locked
  );
end
$function$;
comment on function lethe.claim_blocked(integer) is 'Locks up to max requests that wait aside, the longest not looked at first.';
$define$);

call pg_temp.lethe_define('function lethe.claim_due(integer)', $define$
create or replace function lethe.claim_due(max integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- In the order of the index, however few requests the planner believes to be scheduled: it would read and sort all of them.
set enable_bitmapscan = off
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- The due check is under the request's lock; what another worker has claimed is skipped.
  return array(
    select d.request_id
    from lethe.due d
    order by d.due_since
    limit max
    for update skip locked
  );
end
$function$;
comment on function lethe.claim_due(integer) is 'Locks up to max requests that are due, the longest due first.';
$define$);

call pg_temp.lethe_define('function lethe.continue_deletion(bigint)', $define$
create or replace function lethe.continue_deletion(request bigint) returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  perform lethe.require_service();
  if not lethe.begin_change(wait => false) then
    return 'waiting';
  end if;
  select r.* into target
  from lethe.deletion_request r
  where r.id = request
  for update skip locked;
  if not found then
    -- Another worker has it.
    return 'waiting';
  elsif target.state <> 'executing' then
    return target.state;
  elsif target.next_attempt_at > now() or cardinality(lethe.hold_drifted(array[request])) = 0 then
    return 'waiting';
  end if;
  begin
    return lethe.execute_step(request, 'worker');
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      update lethe.deletion_request r
      set next_attempt_at = now() + interval '5 seconds'
      where r.id = request;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      if not lethe.is_row_error(code) then
        raise;
      end if;
      perform lethe.record_failure(request, lethe.error_text(code, schema_name, table_name, constraint_name));
  end;
  return 'waiting';
end
$function$;
comment on function lethe.continue_deletion(bigint) is
  'One more step of an erasure that goes in steps. Returns executing (call again), waiting (later), or the state reached.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.cut_to_size(bigint[], bigint)', $define$
create or replace function lethe.cut_to_size(requests bigint[], max_rows bigint) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
#variable_conflict use_variable
declare
  people uuid[];
  expected bigint;
begin
  while cardinality(requests) > 1 loop
    people := array(
      select r.subject_id
      from lethe.deletion_request r
      where r.id = any (requests) and r.strategy <> 'soft_delete'
    );
    select coalesce(sum(lethe.planned_rows(b.rows_of, people)), 0)
    into expected
    from lethe.bulk_rows() b
    join pg_class c on c.oid = b.table_name::regclass
    -- A small table can't hold up a batch, and where nobody has counted the planner would guess.
    where c.reltuples > 100000;
    exit when expected <= max_rows;
    requests := requests[:(cardinality(requests) + 1) / 2];
  end loop;
  return requests;
end
$function$;
comment on function lethe.cut_to_size(bigint[], bigint) is
  'The first of the requests, as many as have no more than max_rows rows together by the planner''s estimate; at least one.
   The others stay due: a batch is bounded by its rows, not by its people alone.';
$define$);

call pg_temp.lethe_define('function lethe.due_by_limit()', $define$
create or replace function lethe.due_by_limit() returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  -- The month of Art. 12(3) matters more than quiet hours.
  select case when lethe.in_window() then 'infinity' else now() + interval '2 days' end;
$function$;
comment on function lethe.due_by_limit() is
  'The worker may go on with requests whose due_by is before this: all in the window, outside it those due within two days.
   Ask in a subquery, (select lethe.due_by_limit()): once a statement, not for each row.';
$define$);

call pg_temp.lethe_define('function lethe.due_requests(integer)', $define$
create or replace function lethe.due_requests(max integer default 500) returns setof bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  -- In the order in which execute_due_deletions() claims them.
  return query
  select d.request_id
  from lethe.due d
  order by d.due_since
  limit $1;
end
$function$;
comment on function lethe.due_requests(integer) is 'Requests that are due, the oldest first. Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.erase(bigint[], text, boolean)', $define$
create or replace function lethe.erase(requests bigint[], actor text, wait boolean default false) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  strategies text[];
  locked uuid[];
  blocked uuid[];
  waiting bigint[];
  heavy uuid[] := '{}';
  ready bigint[];
  light bigint[];
  slow bigint[];
  name text;
  since xid;
begin
  -- An earlier piece of this transaction has checked its deferred constraints; this one may defer its own again.
  set constraints all deferred;
  -- Lock order everywhere: request (the caller has them), turns, then subjects by key, then children.
  perform lethe.take_all_turns();
  -- A subject that somebody holds right now is left for the next sweep, unless the caller waits for it.
  locked := lethe.lock_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (requests)
  ), wait);

  blocked := lethe.blocked_subjects(locked);
  if cardinality(blocked) > 0 then
    perform lethe.record_blocked(array(
      select r.id from lethe.deletion_request r where r.id = any (requests) and r.subject_id = any (blocked)
    ));
  end if;

  ready := requests;
  if cardinality(locked) < cardinality(requests) or cardinality(blocked) > 0 then
    ready := array(
      select r.id
      from lethe.deletion_request r
      where r.id = any (requests) and r.subject_id = any (locked) and r.subject_id <> all (blocked)
    );
  end if;
  waiting := lethe.wait_for_effects(ready);
  if cardinality(waiting) > 0 then
    ready := array(select q.id from unnest(ready) as q (id) where q.id <> all (waiting));
  end if;
  -- What comes later than this is told of by the statements that erase it.
  since := pg_snapshot_xmin(pg_current_snapshot())::xid;
  -- While everything is there still, and the originals that a request keeps with it.
  call lethe.capture_execute_effects(ready);
  -- A reminder that didn't get through has nothing to remind of any more.
  perform lethe.withdraw_effects(ready, array['before']);
  -- Those of this batch, always in the same order.
  strategies := array(
    select r.strategy
    from lethe.deletion_request r
    where r.id = any (ready)
    group by r.strategy
    order by array_position(array['soft_delete', 'anonymize', 'hard_delete'], r.strategy::text)
  );
  foreach name in array strategies loop
    heavy := heavy || lethe.heavy_subjects(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (ready) and r.strategy = name
    ), counted => false);
    -- Who failed before may have run out of time because the planner didn't know of their many rows.
    heavy := heavy || lethe.heavy_subjects(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (ready) and r.strategy = name and r.attempts > 0
    ), counted => true);
  end loop;
  slow := array(
    select r.id from lethe.deletion_request r where r.id = any (ready) and r.subject_id = any (heavy)
  );
  light := ready;
  if cardinality(slow) > 0 then
    light := array(select q.id from unnest(ready) as q (id) where q.id <> all (slow));
  end if;
  perform lethe.start_running(locked, since);
  perform lethe.capture_for_steps(ready);
  perform lethe.begin_execution(slow, since);
  perform lethe.run_steps('before', ready);

  foreach name in array strategies loop
    if cardinality(slow) > 0 then
      -- Nobody can sign in or be recognised from here on; the many rows follow in steps of their own.
      heavy := array(
        select r.subject_id from lethe.deletion_request r where r.id = any (slow) and r.strategy = name
      );
      perform lethe.begin_in_steps(name, heavy);
      call lethe.erase_identity(heavy);
    end if;
    perform lethe.apply_strategy(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (light) and r.strategy = name
    ));
  end loop;

  perform lethe.run_steps('after', light);
  perform lethe.finish_execution(light, actor);
  if cardinality(slow) > 0 then
    perform lethe.record_events(slow, 'begun', actor,
      jsonb_build_object('requests', cardinality(slow), 'rows', lethe.take_noted_rows(null, identity => true)));
    set constraints all immediate;
    perform pg_notify('lethe', '');
  end if;
  perform lethe.stop_running(locked);
  return (cardinality(light), 0, cardinality(blocked) + cardinality(waiting), 0)::lethe.execution;
end
$function$;
comment on function lethe.erase(bigint[], text, boolean) is
  'Erases the subjects of requests that the caller has locked: one statement a table for all of them.';
$define$);

call pg_temp.lethe_define('function lethe.error_text(text, text, text, text)', $define$
create or replace function lethe.error_text(code text, schema_name text, table_name text, constraint_name text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  select concat_ws(' ', code, nullif(concat_ws('.', nullif(schema_name, ''), nullif(table_name, '')), ''), nullif(constraint_name, ''));
$function$;
comment on function lethe.error_text(text, text, text, text) is
  'What is kept of an error: SQLSTATE, table, constraint. Never the message, which may hold values.';
$define$);

call pg_temp.lethe_define('function lethe.execute_deletion(uuid, boolean)', $define$
create or replace function lethe.execute_deletion(subject uuid, early boolean default false) returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  caller constant text := lethe.authorize(subject);
  actor constant text := case caller when 'admin' then 'admin' else 'worker' end;
  target lethe.deletion_request;
  obstacles jsonb;
  drifted text;
  missing text;
begin
  perform lethe.begin_change(wait => true);
  if caller = 'self' then
    perform lethe.refuse('LT005', subject, 'nobody executes their own deletion',
      'An administrator or the worker does it when it is due.');
  end if;
  select r.* into target
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', subject, 'no deletion is scheduled', 'Schedule it with lethe.schedule_deletion(), grace => ''0'' for at once.');
  elsif target.state = 'scheduled' and target.scheduled_for > now() and not early then
    perform lethe.refuse('LT007', subject, 'deletion is not due yet', 'Wait, or pass early => true as an administrator.',
      jsonb_build_object('request', target.id, 'scheduled_for', target.scheduled_for));
  end if;
  select f.table_name into drifted from lethe.refused_by_drift() f where f.strategy = target.strategy;
  if found then
    perform lethe.refuse('LT009', subject, 'the database is not the one that the annotation was made for',
      'lethe.drift lists the differences. Run `lethe sync`, decide what is new, generate the migration and apply it.',
      jsonb_build_object('request', target.id, 'table', drifted));
  elsif target.state = 'executing' then
    return lethe.execute_step(target.id, actor);
  end if;

  perform lethe.take_all_turns();
  perform lethe.lock_subject(subject);
  if subject = any (lethe.blocked_subjects(array[subject])) then
    select jsonb_agg(jsonb_build_object('code', b.code, 'message', b.message, 'count', b.count)) into obstacles
    from lethe.count_blockers(subject) b
    where b.blocking and b.count > 0;
    perform lethe.refuse('LT003', subject, 'deletion is blocked', 'lethe.deletion_blockers() lists what blocks it.',
      jsonb_build_object('request', target.id, 'blockers', obstacles));
  end if;
  missing := lethe.missing_effect(target.id);
  if missing is not null then
    perform lethe.refuse('LT003', subject, 'deletion waits for an effect',
      'lethe.effect_status() says how it stands; the worker delivers it when it is due.',
      jsonb_build_object('request', target.id, 'effect', missing));
  end if;
  perform lethe.erase(array[target.id], actor, wait => true);
  select r.* into strict target from lethe.deletion_request r where r.id = target.id;
  return target.state;
end
$function$;
comment on function lethe.execute_deletion(uuid, boolean) is
  'Erases one subject now. It must be due, unless an administrator or the service says early.
   Returns the state reached: completed, erased (effects are open), or executing, when there are so many rows that it goes in steps;
   call it again then, or leave the rest to the worker. An error rolls everything back.
   Errors: LT002 not scheduled, LT003 blocked, LT005 not allowed, LT007 not due,
   LT009 drift, LT014 residue found, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.execute_due_deletions(integer)', $define$
create or replace function lethe.execute_due_deletions(max integer default 500) returns lethe.execution
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  claimed bigint[];
  ready bigint[];
  outcome lethe.execution;
begin
  perform lethe.require_service();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  if not lethe.begin_change(wait => false) then
    -- Nobody's fault: seconds later it is over.
    return (0, 0, 0, (select count(*) from (select from lethe.due limit 1000) counted))::lethe.execution;
  end if;
  perform lethe.lift_blocks(max);

  claimed := lethe.claim_due(max);
  claimed := lethe.cut_to_size(claimed, 100000);
  ready := lethe.hold_drifted(claimed);
  outcome := lethe.execute_requests(ready, 20);
  outcome.blocked := outcome.blocked + cardinality(claimed) - cardinality(ready);

  outcome.remaining := (
    select count(*)
    from (
      select from lethe.due limit 1000
    ) counted
  );
  return outcome;
end
$function$;
comment on function lethe.execute_due_deletions(integer) is
  'Erases up to max subjects that are due, in one transaction, one statement a table; several workers may call it at once.
   Fewer where they have more than 100,000 rows together, by the planner''s estimate.
   A subject with very many rows comes back as executing: continue_deletion() does the rest in steps.
   Requests whose strategy touches a drifted table are put back (LT009) and count as blocked.
   Returns how many were executed, failed, blocked, and how many due ones remain (counted up to 1,000).
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.execute_due_request(bigint)', $define$
create or replace function lethe.execute_due_request(request bigint) returns lethe.execution
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  claimed bigint[];
  ready bigint[];
  outcome lethe.execution;
begin
  perform lethe.require_service();
  if not lethe.begin_change(wait => false) then
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  claimed := array(
    select d.request_id
    from lethe.due d
    where d.request_id = request
    for update skip locked
  );
  ready := lethe.hold_drifted(claimed);
  outcome := lethe.execute_requests(ready, 1);
  outcome.blocked := outcome.blocked + cardinality(claimed) - cardinality(ready);
  return outcome;
end
$function$;
comment on function lethe.execute_due_request(bigint) is
  'What execute_due_deletions() does, for one request: after a time-out the worker finds out whose it was.
   Nothing happens when the request isn''t due or another worker has it.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.execute_requests(bigint[], integer)', $define$
create or replace function lethe.execute_requests(requests bigint[], failures_left integer) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
declare
  outcome lethe.execution;
  other lethe.execution;
  half integer;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  if cardinality(requests) = 0 or failures_left <= 0 then
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  begin
    return lethe.erase(requests, 'worker');
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      -- Nobody's fault: the whole piece is tried again a little later.
      update lethe.deletion_request r
      set next_attempt_at = now() + interval '5 seconds'
      where r.id = any (requests);
      return (0, 0, 0, 0)::lethe.execution;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      if not lethe.is_row_error(code) then
        raise;
      end if;
  end;

  if cardinality(requests) = 1 then
    perform lethe.record_failure(requests[1], lethe.error_text(code, schema_name, table_name, constraint_name));
    return (0, 1, 0, 0)::lethe.execution;
  end if;

  -- Somebody's rows can't be erased: halve the piece until that one stands alone.
  half := cardinality(requests) / 2;
  outcome := lethe.execute_requests(requests[:half], failures_left);
  other := lethe.execute_requests(requests[half + 1:], failures_left - outcome.failed);
  return (outcome.executed + other.executed, outcome.failed + other.failed, outcome.blocked + other.blocked, 0)::lethe.execution;
end
$function$;
comment on function lethe.execute_requests(bigint[], integer) is
  'Erases a piece of a batch; on an error that belongs to somebody''s rows splits it until that subject stands alone.
   failures_left bounds the rolled-back work of one call.';
$define$);

call pg_temp.lethe_define('function lethe.execute_step(bigint, text)', $define$
create or replace function lethe.execute_step(request bigint, actor text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
  began constant timestamptz := clock_timestamp();
  took interval;
  next lethe.places;
  looked boolean := false;
  fruitless integer := 0;
begin
  -- The caller holds the request's row; turns come next, then the subject, as everywhere.
  set constraints all deferred;
  perform lethe.take_all_turns();
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  perform lethe.start_running(array[target.subject_id], target.effects_since);
  loop
    next := lethe.take_places(request, target.chunk);
    if next.operation is null then
      -- Many chunks in one look, which only reads.
      exit when not lethe.look_for_rows(request, target.strategy, target.subject_id, fruitless, target.chunk * 10);
      looked := true;
    elsif lethe.drain(target.strategy, target.subject_id, next.operation, next.places) > 0 then
      perform lethe.stop_running(array[target.subject_id]);
      took := clock_timestamp() - began;
      update lethe.deletion_request r
      set erased = lethe.take_noted_rows(r.erased, identity => false),
          -- Fewer and larger steps where they are quick; none so large that somebody would wait for its locks.
          chunk = case
            when took < interval '0.25 seconds' then least(r.chunk * 2, 20000)
            when took > interval '0.6 seconds' then greatest(r.chunk / 2, 1000)
            else r.chunk
          end
      where r.id = request;
      return 'executing';
    elsif looked then
      -- Just found and not touched: a trigger swallows the change. It would be found for ever; the last pass tells of it.
      fruitless := next.operation;
    end if;
  end loop;

  -- A fresh look found nothing more: one last pass over everything, under the subject's lock.
  perform lethe.lock_subject(target.subject_id);
  perform lethe.apply_strategy(target.strategy, array[target.subject_id]);
  perform lethe.run_steps('after', array[request]);
  perform lethe.finish_execution(array[request], actor);
  perform lethe.stop_running(array[target.subject_id]);
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  return target.state;
end
$function$;
comment on function lethe.execute_step(bigint, text) is
  'One step of a subject with very many rows: a chunk of as many as take about half a second, or the last pass once nothing is left.';
$define$);

call pg_temp.lethe_define('function lethe.executing_requests()', $define$
create or replace function lethe.executing_requests() returns setof bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return query
  select s.request_id
  from lethe.in_steps s
  order by s.request_id
  limit 1000;
end
$function$;
comment on function lethe.executing_requests() is 'Requests whose erasure goes in steps and isn''t done. Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.finish_execution(bigint[], text)', $define$
create or replace function lethe.finish_execution(requests bigint[], actor text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  details jsonb;
  people uuid[];
  executed integer;
  completed integer;
begin
  -- A deferred constraint would otherwise fail at COMMIT, after the erasure was reported.
  set constraints all immediate;
  -- Of the whole batch: to count each person's rows would cost more than to erase them.
  details := jsonb_build_object(
    'requests', cardinality(requests),
    'rows', lethe.take_noted_rows(
      case when cardinality(requests) = 1 then (select r.erased from lethe.deletion_request r where r.id = requests[1]) end,
      identity => false
    )
  );
  delete from lethe.orphan o where o.request_id = any (requests);

  -- What the person wrote is theirs, in requests they took back too; what an administrator wrote is the controller's.
  people := array(select r.subject_id from lethe.deletion_request r where r.id = any (requests));
  update lethe.deletion_request r
  set reason = null
  where r.subject_id = any (people)
    and r.requested_by = r.subject_id::text
    and r.reason is not null;

  -- Everything else in one statement, and one new version of each request: its events are hashed and appended, and the end
  -- of its log is written beside it. The caller holds the rows, so where they lie (ctid) is where they are found again.
  with ended as materialized (
    select r.ctid as place, r.id, r.event_count + 1 as seq, clock.at, o.whole, executed.hash, completed.hash as last_hash
    from (select clock_timestamp() as at) clock
    cross join lethe.deletion_request r
    cross join lateral (
      select not exists (
        select from lethe.effect e
        where e.request_id = r.id and e.state in ('pending', 'delivering', 'failed')
      ) as whole
      offset 0
    ) o
    cross join lateral (
      select lethe.event_hash(r.event_head, r.id, r.event_count + 1, 'executed', actor, clock.at, details) as hash
      offset 0
    ) executed
    left join lateral (
      select lethe.event_hash(executed.hash, r.id, r.event_count + 2, 'completed', actor, clock.at, '{}') as hash
      offset 0
    ) completed on o.whole
    where r.id = any (requests)
  ), appended as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select n.id, n.seq, 'executed', actor, n.at, details, n.hash from ended n
    union all
    select n.id, n.seq + 1, 'completed', actor, n.at, '{}', n.last_hash from ended n where n.whole
  ), closed as (
    update lethe.deletion_request r
    set state = case when n.whole then 'completed' else 'erased' end,
        executed_at = now(),
        completed_at = case when n.whole then now() end,
        event_count = n.seq + n.whole::integer,
        event_head = coalesce(n.last_hash, n.hash),
        preserved = null,
        erased = null,
        cancel_token_hash = null,
        last_error = null,
        next_attempt_at = null
    from ended n
    where r.ctid = n.place and r.id = n.id
    returning n.whole
  )
  select count(*), count(*) filter (where c.whole) into executed, completed from closed c;

  insert into lethe.event_tally (event, count)
  select t.event, t.count
  from (values ('executed', executed), ('completed', completed)) as t (event, count)
  where t.count > 0;

  if executed > completed then
    -- There is work outside.
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: erased while effects are open, completed otherwise; wipes what was kept for cancel.';
$define$);

call pg_temp.lethe_define('function lethe.heavy_among(text, text, uuid[], bigint, boolean)', $define$
create or replace function lethe.heavy_among(
  table_name text,
  rows_of text,
  subjects uuid[],
  heavy bigint,
  counted boolean
) returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
#variable_conflict use_variable
declare
  half constant integer := cardinality(subjects) / 2;
  stored constant real := (select c.reltuples from pg_class c where c.oid = table_name::regclass);
  found bigint;
begin
  if stored between 0 and heavy and not counted then
    return '{}';
  end if;
  if stored > 100000 and not counted then
    -- The planner knows from ANALYZE who has very many rows. Counting would read twice what is about to be erased.
    found := lethe.planned_rows(rows_of, subjects);
  else
    -- Small, or never analyzed: nobody knows, and counting costs little. Or the planner was wrong before.
    execute format('select count(*) from (%s limit %s) rows', rows_of, heavy + 1) into found using subjects;
  end if;
  if found <= heavy then
    return '{}';
  elsif half > 0 then
    return lethe.heavy_among(table_name, rows_of, subjects[:half], heavy, counted)
      || lethe.heavy_among(table_name, rows_of, subjects[half + 1:], heavy, counted);
  end if;
  return subjects;
end
$function$;
comment on function lethe.heavy_among(text, text, uuid[], bigint, boolean) is
  'Those of the subjects who have more rows than heavy in a table; in a large one, as far as its statistics tell,
   unless counted.
   rows_of: a query of the rows of the subjects in $1; in a large table it is only planned.';
$define$);

call pg_temp.lethe_define('function lethe.heavy_subjects(text, uuid[], boolean)', $define$
create or replace function lethe.heavy_subjects(strategy text, subjects uuid[], counted boolean default false) returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
#variable_conflict use_variable
declare
  heavy uuid[] := '{}';
  bulk record;
begin
  -- soft_delete leaves content where it is.
  if strategy = 'soft_delete' or cardinality(subjects) = 0 then
    return heavy;
  end if;
  for bulk in
    select b.table_name, b.rows_of, b.heavy from lethe.bulk_rows() b
  loop
    heavy := heavy || lethe.heavy_among(bulk.table_name, bulk.rows_of, subjects, bulk.heavy, counted);
  end loop;
  return heavy;
end
$function$;
comment on function lethe.heavy_subjects(text, uuid[], boolean) is
  'Those of the subjects who have so many rows in one table that their erasure goes in steps.
   counted: row by row, not by the planner''s estimate.';
$define$);

call pg_temp.lethe_define('function lethe.hold_drifted(bigint[])', $define$
create or replace function lethe.hold_drifted(requests bigint[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
  refused jsonb;
  held bigint[];
begin
  if cardinality(requests) = 0 then
    return requests;
  end if;
  -- Once for all of them: the catalog is looked at a batch at a time, not a person at a time.
  select jsonb_object_agg(f.strategy, f.table_name) into refused from lethe.refused_by_drift() f;
  if refused is null then
    return requests;
  end if;
  held := array(
    select r.id from lethe.deletion_request r where r.id = any (requests) and refused ? r.strategy::text
  );
  -- Said once: the log doesn't grow with every look at a request that still waits.
  perform lethe.record_events(array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (held) and r.last_error is distinct from 'LT009 ' || (refused ->> r.strategy::text)
  ), 'drifted', 'worker');
  -- Nobody's failure: it counts no attempt.
  update lethe.deletion_request r
  set next_attempt_at = now() + interval '10 minutes',
      last_error = 'LT009 ' || (refused ->> r.strategy::text)
  where r.id = any (held);
  return array(
    select q.id
    from unnest(requests) with ordinality as q (id, position)
    where q.id <> all (held)
    order by q.position
  );
end
$function$;
comment on function lethe.hold_drifted(bigint[]) is
  'Puts back requests whose strategy touches a table that has drifted (LT009), and returns the others.';
$define$);

call pg_temp.lethe_define('function lethe.in_window()', $define$
create or replace function lethe.in_window() returns boolean
language plpgsql
stable
-- The views that ask are read by operators, who may not read the terms.
security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
  terms lethe.annotation;
  clock time;
begin
  select a.* into strict terms from lethe.annotation a;
  if terms.window_from is null then
    return true;
  end if;
  clock := (now() at time zone terms.window_zone)::time;
  return case
    when terms.window_from < terms.window_to then clock >= terms.window_from and clock < terms.window_to
    -- Over midnight.
    else clock >= terms.window_from or clock < terms.window_to
  end;
end
$function$;
comment on function lethe.in_window() is 'May the worker execute now, by the annotation''s lifecycle.window?';
$define$);

call pg_temp.lethe_define('function lethe.is_row_error(text)', $define$
create or replace function lethe.is_row_error(sqlstate text) returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  -- Data exceptions, constraint violations, Lethe's own errors, whatever a trigger raises, with a SQLSTATE of the
  -- application's too: one person's row must not hold up everybody else's erasure. Not: connections, privileges,
  -- schema, locks, resources, time-outs, the server itself; they would be the same for everybody.
  select left($1, 2) <> all (array[
    '08', '0A', '0B', '0L', '0P', '24', '25', '26', '28', '2B', '2D', '34', '3B', '3D', '3F',
    '40', '42', '53', '54', '55', '57', '58', 'F0', 'HV', 'XX'
  ]);
$function$;
comment on function lethe.is_row_error(text) is 'Does the error belong to somebody''s rows, so that the others of the batch can go on without them?';
$define$);

call pg_temp.lethe_define('function lethe.keep_places(bigint, integer, tid[])', $define$
create or replace function lethe.keep_places(request bigint, operation integer, places tid[]) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_variable
begin
  insert into lethe.found_rows (request_id, operation, places)
  select request, operation, array_agg(p.place)
  from unnest(places) with ordinality as p (place, n)
  group by (p.n - 1) / 1000
  order by min(p.n);
  return found;
end
$function$;
comment on function lethe.keep_places(bigint, integer, tid[]) is
  'Writes down places in pieces of 1,000, for take_places(). False where there are none.';
$define$);

call pg_temp.lethe_define('function lethe.keyed_hash(text)', $define$
create or replace function lethe.keyed_hash(value text) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  select 'lethe:' || encode(sha256(k.key || sha256(k.key || convert_to($1, 'UTF8'))), 'hex') from lethe.hash_key k;
$function$;
comment on function lethe.keyed_hash(text) is
  'Replaces a value by a hash that can be compared but not reversed or guessed without this database''s key.';
$define$);

call pg_temp.lethe_define('function lethe.lag()', $define$
create or replace function lethe.lag() returns double precision
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
  -- Blocked requests wait for people and those that failed for their next attempt: neither is the worker's delay.
  select extract(epoch from greatest(now() - least(
    (
      select min(d.due_since) from lethe.due d
    ),
    (
      select min(s.due_since) from lethe.in_steps s
    ),
    now()
  ), interval '0'))::double precision;
$function$;
comment on function lethe.lag() is
  'How many seconds the worker is behind: the age of the oldest due request that waits for nothing but the worker.';
$define$);

call pg_temp.lethe_define('function lethe.lift_blocks(integer)', $define$
create or replace function lethe.lift_blocks(max integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  waiting bigint[];
  blocked uuid[];
begin
  waiting := lethe.claim_blocked(max);
  if cardinality(waiting) = 0 then
    return;
  end if;
  blocked := lethe.blocked_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (waiting)
  ));
  -- Those that still wait go to the end of the queue, so that every one is looked at in turn.
  update lethe.deletion_request r
  set blocked_at = case when w.reason is not null then now() end,
      last_error = w.reason
  from (
    select q.id,
           case when q.subject_id = any (blocked) then 'LT003' else 'effect ' || lethe.missing_effect(q.id) end as reason
    from lethe.deletion_request q
    where q.id = any (waiting)
  ) w
  where r.id = w.id;
end
$function$;
comment on function lethe.lift_blocks(integer) is 'Looks again at requests that were blocked, and lets those go on whose block is gone.';
$define$);

call pg_temp.lethe_define('function lethe.may_interfere(text)', $define$
create or replace function lethe.may_interfere(strategy text) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  with recursive touched as (
    select a.relation
    from lethe.annotated_relation a
    where $1 = any (a.strategies)
    union
    -- Partitions and children have triggers of their own.
    select i.inhrelid
    from touched t
    join pg_inherits i on i.inhparent = t.relation
  )
  select exists (
    select
    from touched t
    join pg_class c on c.oid = t.relation
    where c.relkind = 'f'
      or c.relhasrules
      or (c.relhastriggers and exists (
        select
        from pg_trigger g
        join pg_proc p on p.oid = g.tgfoid
        where g.tgrelid = t.relation
          and not g.tgisinternal
          and g.tgenabled <> 'D'
          and p.pronamespace <> 'lethe'::regnamespace
      ))
  );
$function$;
comment on function lethe.may_interfere(text) is
  'Could anything but PostgreSQL itself keep the strategy''s statements from taking: a trigger or rule of the application, a
   foreign table? Looked up at each execution, for a trigger may be new.';
$define$);

call pg_temp.lethe_define('function lethe.note_rows(text, text, text, bigint)', $define$
create or replace function lethe.note_rows(strategy text, table_name text, action text, rows bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  insert into lethe.erased_rows (xact, strategy, table_name, action, rows)
  select pg_current_xact_id(), $1, $2, $3, $4
  where $4 > 0;
$function$;
comment on function lethe.note_rows(text, text, text, bigint) is 'Counts what a statement of an erasure touched, for the event that reports it.';
$define$);

call pg_temp.lethe_define('function lethe.planned_rows(text, uuid[])', $define$
create or replace function lethe.planned_rows(rows_of text, subjects uuid[]) returns bigint
language plpgsql
-- Not stable: EXPLAIN isn't allowed in such a function.
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
declare
  expected json;
begin
  execute 'explain (format json) ' || rows_of into expected using subjects;
  return (expected #>> '{0,Plan,Plan Rows}')::numeric;
end
$function$;
comment on function lethe.planned_rows(text, uuid[]) is
  'How many rows the planner expects of a query of the rows of the subjects in $1. Nothing is read but statistics.';
$define$);

call pg_temp.lethe_define('function lethe.record_blocked(bigint[])', $define$
create or replace function lethe.record_blocked(requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  -- Said once: the log doesn't grow with every look at a request that still waits.
  perform lethe.record_events(array(
    select r.id from lethe.deletion_request r where r.id = any (requests) and r.blocked_at is null
  ), 'blocked', 'worker');
  update lethe.deletion_request r
  set blocked_at = now(),
      last_error = 'LT003'
  where r.id = any (requests);
end
$function$;
comment on function lethe.record_blocked(bigint[]) is 'Lets requests wait until what blocks them is gone.';
$define$);

call pg_temp.lethe_define('function lethe.record_failure(bigint, text)', $define$
create or replace function lethe.record_failure(request bigint, error text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  attempt integer;
  last constant integer := (select a.request_attempts from lethe.annotation a);
begin
  perform lethe.require_service();
  -- One minute, two, four … up to half a day; in the end somebody has to look at it.
  update lethe.deletion_request r
  set attempts = r.attempts + 1,
      next_attempt_at = case
        when r.attempts + 1 >= last then 'infinity'
        else now() + least(interval '1 minute' * power(2, least(r.attempts, 12)), interval '12 hours')
      end,
      last_error = left(error, 200)
  where r.id = request and r.state in ('scheduled', 'executing')
  returning r.attempts into attempt;
  if found then
    perform lethe.record_events(array[request], 'failed', 'worker',
      jsonb_build_object('error', left(error, 200), 'attempt', attempt));
    if attempt >= last then
      perform lethe.record_events(array[request], 'dead_letter', 'worker');
    end if;
  end if;
end
$function$;
comment on function lethe.record_failure(bigint, text) is
  'Counts a failed attempt and puts the request back with a growing delay; after lifecycle.requestAttempts it is a dead letter,
   which waits for retry_deletion(). error: SQLSTATE, table, constraint; never a message.
   The worker calls it for what SQL can''t catch: time-outs and lost connections. Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.refused_by_drift()', $define$
create or replace function lethe.refused_by_drift() returns table (strategy text, table_name text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
  mark text;
  waiting jsonb;
begin
  if not exists (select from lethe.annotation a where a.drift = 'refuse') then
    return;
  end if;
  mark := lethe.catalog_mark();
  select l.refused into waiting
  from lethe.drift_look l
  where l.catalog_mark = mark and l.looked_at between now() - interval '1 minute' and now();
  if not found then
    select coalesce(jsonb_object_agg(f.strategy, f.table_name), '{}') into waiting
    from (
      select s.strategy, min(d.table_name) as table_name
      from lethe.differences() d
      cross join lateral unnest(d.strategies) as s (strategy)
      where d.severity = 'error'
      group by s.strategy
    ) f;
    -- Whoever is writing it right now has looked as well.
    perform from lethe.drift_look for update skip locked;
    if found then
      update lethe.drift_look l
      set catalog_mark = mark,
          looked_at = now(),
          refused = waiting;
    end if;
  end if;
  return query
  select w.key, w.value
  from jsonb_each_text(waiting) w;
end
$function$;
comment on function lethe.refused_by_drift() is
  'Strategies that touch a table which isn''t what the annotation knows, with the first such table. The whole look is taken
   anew when the catalog has changed, and each minute.';
$define$);

call pg_temp.lethe_define('function lethe.require_executing(uuid[])', $define$
create or replace function lethe.require_executing(subjects uuid[]) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
  stranger uuid;
begin
  -- What is_executing() asks for one, in one statement for all.
  select s.id into stranger
  from unnest(subjects) as s (id)
  -- Each by itself: a NOT EXISTS alone could compare each with each, where the planner knows nothing of this table.
  where not (
    select exists (
      select from lethe.running u where u.subject_id = s.id and u.xact = pg_current_xact_id_if_assigned()
    )
  )
  limit 1;
  if found then
    perform lethe.refuse('LT005', stranger, 'no deletion of this subject is being executed by this transaction',
      'Call lethe.execute_deletion() or lethe.execute_due_deletions().');
  end if;
end
$function$;
comment on function lethe.require_executing(uuid[]) is
  'LT005 unless every subject''s request is executing in this very transaction: the strategies erase for the executor alone.';
$define$);

call pg_temp.lethe_define('function lethe.require_no_residue(text)', $define$
create or replace function lethe.require_no_residue(table_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  if require_no_residue.table_name is null then
    return;
  end if;
  raise exception 'the erasure didn''t take: % still holds rows that were to be erased', require_no_residue.table_name
    using errcode = 'LT014',
          schema = split_part(require_no_residue.table_name, '.', 1),
          table = substr(require_no_residue.table_name, strpos(require_no_residue.table_name, '.') + 1),
          hint = 'Look for a trigger of the application that swallows or rewrites the change.';
end
$function$;
comment on function lethe.require_no_residue(text) is 'LT014 when a table is named: a batch whose erasure didn''t take is an error, not a success.';
$define$);

call pg_temp.lethe_define('function lethe.retry_deletion(bigint)', $define$
create or replace function lethe.retry_deletion(request bigint) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  select r.* into target from lethe.deletion_request r where r.id = request for update;
  if target.id is null or target.state not in ('scheduled', 'executing') or target.attempts = 0 then
    perform lethe.refuse('LT016', null, 'the request has not failed',
      'lethe.overdue lists the requests that have, and what each waits for.',
      jsonb_build_object('request', request, 'state', target.state));
  end if;
  update lethe.deletion_request r
  set attempts = 0,
      next_attempt_at = null
  where r.id = request;
  perform lethe.record_events(array[request], 'retried', case when lethe.is_service() then 'worker' else 'admin' end);
  perform pg_notify('lethe', '');
end
$function$;
comment on function lethe.retry_deletion(bigint) is
  'Puts a request back whose execution has failed, to be tried now and with all its attempts anew: for dead letters, once their
   cause is mended. Errors: LT005 not allowed, LT015 wrong isolation level, LT016 it has not failed.';
$define$);

call pg_temp.lethe_define('function lethe.schedule_legacy(integer)', $define$
create or replace function lethe.schedule_legacy(max integer default 500) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  terms lethe.annotation;
  listed uuid[];
  locked uuid[];
  made bigint[];
begin
  perform lethe.require_service();
  perform lethe.begin_change(wait => true);
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  select a.* into strict terms from lethe.annotation a;
  if terms.legacy <> 'erase' then
    return 0;
  end if;
  listed := array(
    select l.subject_id
    from lethe.legacy l
    order by l.subject_id
    limit max
    for update skip locked
  );
  if cardinality(listed) = 0 then
    return 0;
  end if;
  -- Whoever is held by somebody else right now stays on the list.
  locked := lethe.lock_subjects(listed, wait => false);
  delete from lethe.legacy l where l.subject_id = any (locked);

  -- Somebody who came back meanwhile, or whose deletion was asked for, isn't one of these any more.
  with request as (
    insert into lethe.deletion_request (
      subject_id, strategy, options, requested_by, scheduled_for, due_by, annotation_hash, preserved
    )
    select s.id, terms.strategies[1], terms.options, lethe.calling_role()::text, now(),
           lethe.later(now(), interval '1 month'), terms.hash, lethe.preserve(s.id)
    from unnest(locked) as s (id)
    where lethe.is_marked(s.id)
      and lethe.refusal(s.id) is null
      and not exists (select from lethe.deletion_request r where r.subject_id = s.id)
    returning id
  )
  select coalesce(array_agg(r.id order by r.id), '{}') into made from request r;

  -- Nobody is locked out here: they are already, and the erasure that follows takes the rest with it.
  perform lethe.record_events(made, 'scheduled', 'worker',
    jsonb_build_object('strategy', terms.strategies[1], 'scheduled_for', now(), 'options', terms.options, 'legacy', true));
  return cardinality(locked);
end
$function$;
comment on function lethe.schedule_legacy(integer) is
  'Schedules, without grace, up to max of the people who were marked before Lethe came (marks.legacy: "erase"); rows that
   the annotation refuses are left. The worker calls it before it executes what is due.
   Returns how many it took off the list; 0 when none is left, or all are held by somebody else.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.start_running(uuid[], xid)', $define$
create or replace function lethe.start_running(subjects uuid[], since xid) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  insert into lethe.running (subject_id, since)
  select distinct s.id, $2 from unnest($1) as s (id);
$function$;
comment on function lethe.start_running(uuid[], xid) is
  'From here on triggers know this transaction''s work on the subjects for Lethe''s own. since: of the look for their effects.';
$define$);

call pg_temp.lethe_define('function lethe.stop_running(uuid[])', $define$
create or replace function lethe.stop_running(subjects uuid[]) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  delete from lethe.running u where u.subject_id = any ($1);
$function$;
comment on function lethe.stop_running(uuid[]) is 'Closes the door that start_running() opened, for whatever follows in the transaction.';
$define$);

call pg_temp.lethe_define('function lethe.subjects_with_option(uuid[], text, boolean)', $define$
create or replace function lethe.subjects_with_option(subjects uuid[], option text, wanted boolean) returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  select coalesce(array_agg(r.subject_id), '{}')
  from lethe.deletion_request r
  where r.subject_id = any ($1)
    and r.state in ('scheduled', 'executing', 'erased', 'completed')
    and coalesce((r.options ->> $2)::boolean, false) = $3
    -- The latest one: somebody erased is looked at again by what they asked for.
    and not (
      select exists (
        select from lethe.deletion_request later where later.subject_id = r.subject_id and later.id > r.id
      )
    );
$function$;
comment on function lethe.subjects_with_option(uuid[], text, boolean) is
  'Those of the subjects whose request carries the option, or does not.';
$define$);

call pg_temp.lethe_define('function lethe.take_event_counts()', $define$
create or replace function lethe.take_event_counts() returns table (event text, count bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
  perform lethe.require_service();
  -- What another worker is counting right now is skipped, not counted twice.
  return query
  with taken as (
    delete from lethe.event_tally t
    where t.id = any (array(
      select u.id from lethe.event_tally u order by u.id limit 10000 for update skip locked
    ))
    returning t.event, t.count
  )
  select k.event, sum(k.count)::bigint
  from taken k
  group by k.event;
end
$function$;
comment on function lethe.take_event_counts() is
  'Events by kind since the last call of any worker, each counted once: for metrics. Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.take_noted_rows(jsonb, boolean)', $define$
create or replace function lethe.take_noted_rows(earlier jsonb, identity boolean) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  counts jsonb;
begin
  -- {"anonymize": {"public.comments transform": 12}}, with what earlier steps have counted.
  with taken as (
    delete from lethe.erased_rows n
    where n.xact = pg_current_xact_id() and (n.strategy = 'identity') = identity
    returning n.strategy, n.table_name || ' ' || n.action as what, n.rows
  ), counted as (
    select t.strategy, t.what, t.rows from taken t
    union all
    select s.key, w.key, w.value::bigint
    from jsonb_each(earlier) s
    cross join lateral jsonb_each_text(s.value) w
  )
  select coalesce(jsonb_object_agg(g.strategy, g.rows), '{}') into counts
  from (
    select s.strategy, jsonb_object_agg(s.what, s.rows) as rows
    from (
      select c.strategy, c.what, sum(c.rows) as rows
      from counted c
      group by c.strategy, c.what
    ) s
    group by s.strategy
  ) g;
  return counts;
end
$function$;
comment on function lethe.take_noted_rows(jsonb, boolean) is
  'What note_rows() has counted in this transaction, by strategy, table and action; it starts anew.
   identity: of the first step of subjects with very many rows, or of everything else.';
$define$);

call pg_temp.lethe_define('function lethe.take_places(bigint, integer)', $define$
create or replace function lethe.take_places(request bigint, at_most integer) returns lethe.places
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  taken lethe.places;
begin
  with taken as (
    delete from lethe.found_rows f
    where f.request_id = request
      and f.id = any (array(
        select g.id from lethe.found_rows g where g.request_id = request order by g.id limit greatest(at_most / 1000, 1)
      ))
    returning f.operation, f.places
  )
  -- All that is written down at one time is one statement's.
  select min(t.operation), array_agg(p.place) into taken
  from taken t
  cross join unnest(t.places) as p (place);
  return taken;
end
$function$;
comment on function lethe.take_places(bigint, integer) is
  'Takes the next places of an erasure in steps from the list; null where the list is at its end.';
$define$);

call pg_temp.lethe_define('function lethe.take_turns(text)', $define$
create or replace function lethe.take_turns(table_name text) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  select pg_advisory_xact_lock(hashtextextended('lethe ' || $1, 0));
$function$;
comment on function lethe.take_turns(text) is
  'Held to the end of the transaction for tables whose rows belong to two people: workers would lock them crosswise.';
$define$);

call pg_temp.lethe_define('function lethe.reopen_requests(text, bigint[], text)', $define$
create or replace function lethe.reopen_requests(strategy text, requests bigint[], table_name text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  open bigint[];
  subjects uuid[];
  since xid;
begin
  -- Requests first, then turns, then subjects, as everywhere; whoever is held right now is found again by the next look.
  open := array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests) and r.state in ('erased', 'completed')
    order by r.id
    for update skip locked
  );
  perform lethe.take_all_turns();
  subjects := lethe.lock_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (open)
  ), false);
  open := array(
    select r.id from lethe.deletion_request r where r.id = any (open) and r.subject_id = any (subjects)
  );
  if cardinality(open) = 0 then
    return 0;
  end if;
  perform lethe.record_events(open, 'residue_found', 'worker', jsonb_build_object('table', table_name));
  -- From here on it is an erasure in steps like any other, with its failures, its delays and its place in lethe.overdue.
  since := pg_snapshot_xmin(pg_current_snapshot())::xid;
  update lethe.deletion_request r
  set state = 'executing',
      effects_since = since,
      completed_at = null,
      attempts = 0,
      next_attempt_at = null,
      last_error = 'LT014 ' || table_name
  where r.id = any (open);
  perform lethe.start_running(subjects, since);
  -- What is outside for these rows goes with them, as it did for the others.
  call lethe.capture_late_effects(open);
  perform lethe.begin_in_steps(strategy, subjects);
  perform lethe.stop_running(subjects);
  return cardinality(open);
end
$function$;
comment on function lethe.reopen_requests(text, bigint[], text) is
  'Takes executed requests back to executing, because something was written for their subjects afterwards; continue_deletion() erases it.';
$define$);

call pg_temp.lethe_define('function lethe.residue_after(timestamptz, bigint, timestamptz, integer)', $define$
create or replace function lethe.residue_after(
  after timestamptz default now() - interval '48 hours',
  request bigint default 0,
  upto timestamptz default now(),
  max integer default 500
) returns lethe.residue_look
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  requests bigint[];
  outcome lethe.residue_look := (0, 0, after, request);
  name text;
  found_ones bigint[];
  place text;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  select coalesce(array_agg(c.id), '{}'), max(c.executed_at), count(*)
  into requests, outcome.last_executed, outcome.looked
  from (
    select r.id, r.executed_at
    from lethe.deletion_request r
    where r.state in ('erased', 'completed')
      and (r.executed_at, r.id) > (after, request)
      and r.executed_at <= upto
    order by r.executed_at, r.id
    limit max
  ) c;
  outcome.last_request := requests[cardinality(requests)];
  if outcome.looked = 0 then
    return (0, 0, after, request)::lethe.residue_look;
  end if;

  -- Strategies that are allowed no more have no procedure; those that touch a drifted table wait for the team.
  foreach name in array array(
    select s.name
    from lethe.annotation a
    cross join lateral unnest(a.strategies) as s (name)
    where not exists (select from lethe.refused_by_drift() f where f.strategy = s.name)
  ) loop
    for place, found_ones in
      select w.table_name, array_agg(w.request_id)
      from lethe.with_residue(name, array(
        select r.id
        from lethe.deletion_request r
        where r.id = any (requests)
          and r.strategy = name
          -- Somebody new under the same key isn't the one who left.
          and not lethe.is_live(r.subject_id)
          and not (name = 'hard_delete' and lethe.is_marked(r.subject_id))
          and not (
            select exists (
              select from lethe.deletion_request later where later.subject_id = r.subject_id and later.id > r.id
            )
          )
      )) w
      group by w.table_name
      order by w.table_name
    loop
      outcome.found := outcome.found + lethe.reopen_requests(name, found_ones, place);
    end loop;
  end loop;
  if outcome.found > 0 then
    perform pg_notify('lethe', '');
  end if;
  return outcome;
end
$function$;
comment on function lethe.residue_after(timestamptz, bigint, timestamptz, integer) is
  'Looks again at up to max requests that were executed after the time given, and up to another: a transaction that began before
   an erasure may have written for the person after it. Where anything is found, the event residue_found says in which table,
   and the request is executing again, visible in lethe.overdue, until continue_deletion() has erased it.
   Call it again with last_executed and last_request while looked equals max; the worker does so each day for the last two days.
   Somebody new under the key of a deleted row is left alone. Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.residue_of(text, uuid[])', $define$
create or replace function lethe.residue_of(strategy text, subjects uuid[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  case strategy
    when 'anonymize' then
      return lethe.anonymize_residue(subjects);
    when 'hard_delete' then
      return lethe.hard_delete_residue(subjects);
    when 'soft_delete' then
      return lethe.soft_delete_residue(subjects);
  end case;
end
$function$;
comment on function lethe.residue_of(text, uuid[]) is 'The first table that holds what the strategy was to erase; null where there is none.';
$define$);

call pg_temp.lethe_define('function lethe.with_residue(text, bigint[])', $define$
create or replace function lethe.with_residue(strategy text, requests bigint[]) returns table (request_id bigint, table_name text)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  subjects uuid[];
begin
  subjects := array(select r.subject_id from lethe.deletion_request r where r.id = any (requests));
  -- One look a table for all of them; whose it is is asked only where there is anything.
  if cardinality(subjects) = 0 or lethe.residue_of(strategy, subjects) is null then
    return;
  end if;
  return query
  select f.id, f.place
  from (
    select r.id, lethe.residue_of(strategy, array[r.subject_id]) as place
    from lethe.deletion_request r
    where r.id = any (requests)
  ) f
  where f.place is not null;
end
$function$;
comment on function lethe.with_residue(text, bigint[]) is
  'Those of the executed requests for whose subjects something is there again, with the first table that holds it.';
$define$);

call pg_temp.lethe_define('function lethe.came_later(xid, xid)', $define$
create or replace function lethe.came_later(version xid, since xid) returns boolean
language sql
-- As pg_xact_status() is; declared otherwise it would be called for each row instead of being put there.
volatile
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- What this transaction wrote itself isn't committed, in whichever of its parts. By age, since the number alone begins
  -- anew after four thousand million. In a CASE, which is evaluated in this order: of old rows no number can be reckoned.
  select case
    when age(version) <= age(since)
    then pg_xact_status((pg_current_xact_id()::text::bigint - age(version))::text::xid8) = 'committed'
    else false
  end;
$function$;
comment on function lethe.came_later(xid, xid) is
  'Was a row (its xmin) written by somebody else whom a look at the time of since may have missed? Rather yes than no.';
$define$);

call pg_temp.lethe_define('function lethe.claim_effects(text, integer, interval)', $define$
create or replace function lethe.claim_effects(
  handler text,
  max integer,
  lease interval default '5 minutes'
) returns setof lethe.claimed_effect
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  claimed bigint[];
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 or lease is null or lease <= interval '0' then
    raise exception 'max must be at least 1, and lease longer than nothing' using errcode = 'invalid_parameter_value';
  end if;
  -- No lock but the effects' own is taken here, and none is waited for.
  claimed := array(
    select e.id
    from lethe.effect e
    where e.handler = handler
      and e.state in ('pending', 'delivering')
      and e.next_attempt_at <= now()
      -- A lease that is over is somebody else's turn; not one that settle_leases() ends.
      and (e.state = 'pending' or not (e.withdrawn or e.failures >= last_attempt))
    order by e.next_attempt_at
    limit max
    for update skip locked
  );
  -- The token of its own that a mail carries: made now, the same for all attempts, gone with the payload.
  update lethe.effect e
  set payload = replace(e.payload::text, e.token_place, n.token)::jsonb,
      token_hash = sha256(convert_to(n.token, 'UTF8')),
      token_place = null
  from (
    select t.id, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
    from lethe.effect t
    where t.id = any (claimed) and t.token_place is not null
    offset 0
  ) n
  where e.id = n.id;
  return query
  update lethe.effect e
  set state = 'delivering',
      attempts = e.attempts + 1,
      -- Whoever had it before died with it.
      failures = e.failures + (e.state = 'delivering')::integer,
      next_attempt_at = now() + lease
  where e.id = any (claimed)
  returning e.id, e.request_id, e.name, e.at, e.payload, e.idempotency_key, e.attempts;
end
$function$;
comment on function lethe.claim_effects(text, integer, interval) is
  'Hands up to max effects of one handler to a worker, each for the time of the lease; several workers may call it at once.
   What a worker doesn''t finish until then, because it was killed, is handed out again, under the same idempotency key.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.close_effect(bigint, text)', $define$
create or replace function lethe.close_effect(effect bigint, note text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  actor constant text := case when lethe.is_service() then 'service' else 'admin' end;
  letter lethe.effect;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  if coalesce(trim(note), '') = '' or length(note) > 200 then
    raise exception 'the note is empty or longer than 200 characters'
      using errcode = 'invalid_parameter_value', hint = 'Say how the work was done. It is kept: nothing personal.';
  end if;
  perform from lethe.deletion_request r
  where r.id = (select e.request_id from lethe.effect e where e.id = effect)
  for update;
  update lethe.effect e
  set state = 'skipped',
      payload = null,
      finished_at = now(),
      last_error = null,
      receipt = jsonb_build_object('closed_by', actor, 'note', note)
  where e.id = effect
    and e.state = 'failed'
  returning e.* into letter;
  if letter.id is null then
    perform lethe.refuse('LT016', null, 'no such effect, or it is no dead letter',
      'lethe.dead_letters lists those that failed for good.', jsonb_build_object('effect', effect));
  end if;
  perform lethe.record_events(array[letter.request_id], 'effect_closed', actor,
    jsonb_build_object('effect', letter.name, 'note', note));
  perform lethe.settle_effects(array[letter]);
end
$function$;
comment on function lethe.close_effect(bigint, text) is
  'Ends a dead letter whose work somebody did by hand; the request is completed where it was the last. note: how, at most 200
   characters; it is kept in the certificate, so nothing personal.
   Errors: LT005 not allowed, LT015 wrong isolation level, LT016 not a dead letter, 22023 no note.';
$define$);

call pg_temp.lethe_define('function lethe.due_effects()', $define$
create or replace function lethe.due_effects() returns table (handler text, due bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
  perform lethe.require_service();
  perform lethe.settle_leases();
  -- From handler to handler through the index, however many effects each of them has.
  return query
  with recursive handlers (handler) as (
    (
      select e.handler
      from lethe.effect e
      where e.state in ('pending', 'delivering')
      order by e.handler
      limit 1
    )
    union all
    select (
      select e.handler
      from lethe.effect e
      where e.state in ('pending', 'delivering') and e.handler > h.handler
      order by e.handler
      limit 1
    )
    from handlers h
    where h.handler is not null
  )
  select h.handler, n.due
  from handlers h
  cross join lateral (
    select count(*) as due
    from (
      select
      from lethe.effect e
      where e.handler = h.handler
        and e.state in ('pending', 'delivering')
        and e.next_attempt_at <= now()
      limit 1000
    ) counted
  ) n
  where n.due > 0;
end
$function$;
comment on function lethe.due_effects() is
  'Handlers that have something to deliver now, and how much (counted up to 1,000). Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.effect_status(bigint)', $define$
create or replace function lethe.effect_status(request bigint)
returns table (
  effect_id bigint,
  name text,
  handler text,
  at text,
  state text,
  attempts integer,
  next_attempt_at timestamptz,
  last_error text,
  finished_at timestamptz,
  receipt jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
  perform lethe.require_operator();
  return query
  select e.id, e.name, e.handler, e.at, e.state, e.attempts, e.next_attempt_at, e.last_error, e.finished_at, e.receipt
  from lethe.effect e
  where e.request_id = $1
  order by e.id;
end
$function$;
comment on function lethe.effect_status(bigint) is
  'The work outside the database that a request causes, effect by effect, without what was sent.
   Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.error_code(text)', $define$
create or replace function lethe.error_code(code text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  select case when $1 ~ '^[A-Za-z0-9_ .,:\[\]-]{1,120}$' then $1 when $1 is not null then 'unnamed' end;
$function$;
comment on function lethe.error_code(text) is 'A handler''s code as it may be kept: short, without an address, a URL or a sentence in it.';
$define$);

call pg_temp.lethe_define('function lethe.explained_request(uuid, text)', $define$
create or replace function lethe.explained_request(subject uuid, strategy text) returns lethe.deletion_request
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  request lethe.deletion_request;
begin
  select r.* into request
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing');
  if not found then
    select a.options, lethe.later(now(), a.grace_period)
      into strict request.options, request.scheduled_for
    from lethe.annotation a;
    request.subject_id := subject;
    request.requested_at := now();
  end if;
  request.strategy := strategy;
  return request;
end
$function$;
comment on function lethe.explained_request(uuid, text) is
  'The open request as it would be with this strategy; without one, what it would be if it were scheduled now. For dry runs.';
$define$);

call pg_temp.lethe_define('function lethe.finish_effects(jsonb)', $define$
create or replace function lethe.finish_effects(results jsonb) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  given lethe.effect_result[];
  settled lethe.effect[];
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  given := array(
    select (g.effect, g.attempt, g.state, g.code, g.retry_after_ms, g.receipt)::lethe.effect_result
    from jsonb_to_recordset(results) as g (
      effect bigint, attempt integer, state text, code text, retry_after_ms double precision, receipt jsonb
    )
  );
  if exists (
    select from unnest(given) g
    where g.effect is null
      or g.attempt is null
      or coalesce(g.state, '') <> all (array['done', 'skipped', 'retry', 'failed', 'unavailable'])
  ) then
    raise exception 'a result names no effect, no attempt, or an unknown state'
      using errcode = 'invalid_parameter_value',
            hint = '[{"effect": 1, "attempt": 1, "state": "done"}]; done, skipped, retry, failed or unavailable.';
  end if;

  -- Requests first, in their order: two workers that finish effects of the same ones take turns, and the later one sees
  -- what the earlier one did.
  perform
  from lethe.deletion_request r
  where r.id = any (array(
    select e.request_id from lethe.effect e where e.id = any (array(select g.effect from unnest(given) g))
  ))
  order by r.id
  for update;

  with judged as (
    select g.*,
           case
             when g.state in ('done', 'skipped') then g.state
             when e.withdrawn then 'skipped'
             when g.state = 'failed' or (g.state = 'retry' and e.failures >= last_attempt) then 'failed'
             else 'pending'
           end as becomes
    from unnest(given) g
    join lethe.effect e on e.id = g.effect
  ), finished as (
    update lethe.effect e
    set state = j.becomes,
        failures = e.failures + (j.state in ('retry', 'failed'))::integer,
        payload = case when j.becomes in ('pending', 'failed') then e.payload end,
        receipt = case when j.becomes in ('done', 'skipped') then coalesce(j.receipt, '{}') end,
        finished_at = case when j.becomes in ('done', 'skipped') then now() end,
        last_error = case
          when j.state in ('done', 'skipped') then null
          when j.code is null then e.last_error
          else lethe.error_code(j.code)
        end,
        next_attempt_at = case
          when j.becomes <> 'pending' then null
          when j.state = 'unavailable' then now() + lethe.milliseconds(coalesce(j.retry_after_ms, 1000))
          else now() + greatest(lethe.retry_delay(e.failures + 1), lethe.milliseconds(j.retry_after_ms))
        end
    from judged j
    where e.id = j.effect
      -- Not what somebody else has claimed since, or what has ended.
      and e.state = 'delivering'
      and e.attempts = j.attempt
    returning e
  )
  select coalesce(array_agg(f.e), '{}') into settled from finished f;
  perform lethe.settle_effects(settled);
  return cardinality(settled);
end
$function$;
comment on function lethe.finish_effects(jsonb) is
  'Takes down what became of claimed effects: an array of {"effect", "attempt", "state", "code", "retry_after_ms", "receipt"}.
   state: done, skipped (there was nothing to do), retry (failed in passing; counts, and waits longer each time, at least
   retry_after_ms), failed (for good: a dead letter), unavailable (not tried; counts nothing). code: short, never a message.
   Payloads are wiped on done and skipped. The last effect of an erased request completes it in the same transaction.
   Returns how many it took; results of a claim that is no longer the latest are passed over.
   Errors: LT005 not allowed, LT015 wrong isolation level, 22023 a result that can''t be read.';
$define$);

call pg_temp.lethe_define('function lethe.hold_effects(bigint[])', $define$
create or replace function lethe.hold_effects(requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  update lethe.effect e
  set next_attempt_at = null
  where e.request_id = any (requests)
    and e.state = 'pending'
    and e.next_attempt_at is not null
    and cardinality(e.after) > 0
    and lethe.is_held(e.request_id, e.after);
end
$function$;
comment on function lethe.hold_effects(bigint[]) is 'Lets effects wait for those that have to be done before them.';
$define$);

call pg_temp.lethe_define('function lethe.is_held(bigint, text[])', $define$
create or replace function lethe.is_held(request bigint, names text[]) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return exists (
    select from lethe.effect o
    where o.request_id = $1
      and o.name = any ($2)
      and o.state in ('pending', 'delivering', 'failed')
  );
end
$function$;
comment on function lethe.is_held(bigint, text[]) is 'Is any of the request''s effects of these names still open?';
$define$);

call pg_temp.lethe_define('function lethe.milliseconds(double precision)', $define$
create or replace function lethe.milliseconds(count double precision) returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  -- Nobody is asked to come back in a year.
  select least(greatest($1, 0), 604800000) * interval '1 millisecond';
$function$;
comment on function lethe.milliseconds(double precision) is 'So many milliseconds as an interval, at most seven days; null for null.';
$define$);

call pg_temp.lethe_define('function lethe.missing_effect(bigint)', $define$
create or replace function lethe.missing_effect(request bigint) returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return (
    select min(o.name)
    from lethe.effect o
    where o.request_id = $1
      and o.required
      and o.state in ('pending', 'delivering', 'failed')
  );
end
$function$;
comment on function lethe.missing_effect(bigint) is 'The first required effect that the request''s execution has to wait for; null where it may begin.';
$define$);

call pg_temp.lethe_define('function lethe.next_effect_at()', $define$
create or replace function lethe.next_effect_at() returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return (
    with recursive handlers (handler) as (
      (
        select e.handler
        from lethe.effect e
        where e.state in ('pending', 'delivering')
        order by e.handler
        limit 1
      )
      union all
      select (
        select e.handler
        from lethe.effect e
        where e.state in ('pending', 'delivering') and e.handler > h.handler
        order by e.handler
        limit 1
      )
      from handlers h
      where h.handler is not null
    )
    select min((
      select min(e.next_attempt_at)
      from lethe.effect e
      where e.handler = h.handler
        and e.state in ('pending', 'delivering')
        and e.next_attempt_at > now()
    ))
    from handlers h
  );
end
$function$;
comment on function lethe.next_effect_at() is
  'The first moment after now at which another effect can be claimed, a lease that is over among them; null when there is
   none. What can be claimed already is in due_effects(): asked in the same transaction, the two leave no gap.
   Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.put_back(bigint[])', $define$
create or replace function lethe.put_back(effects bigint[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  actor constant text := case when lethe.is_service() then 'service' else 'admin' end;
  pending lethe.effect[];
begin
  with restored as (
    update lethe.effect e
    set state = 'pending',
        failures = 0,
        next_attempt_at = case when not lethe.is_held(e.request_id, e.after) then greatest(e.deliver_after, now()) end
    where e.id = any (effects)
      and e.state = 'failed'
      and e.payload is not null
    returning e
  )
  select coalesce(array_agg(r.e), '{}') into pending from restored r;
  perform lethe.record_events(d.requests, 'effect_retried', actor, jsonb_build_object('effect', d.name, 'count', d.count))
  from (
    select n.name, n.count, array_agg(n.request_id order by n.request_id) as requests
    from (
      select p.request_id, p.name, count(*) as count
      from unnest(pending) p
      group by p.request_id, p.name
    ) n
    group by n.name, n.count
  ) d;
  if cardinality(pending) > 0 then
    perform pg_notify('lethe', '');
  end if;
  return cardinality(pending);
end
$function$;
comment on function lethe.put_back(bigint[]) is 'Makes dead letters pending again. The caller holds the requests'' locks.';
$define$);

call pg_temp.lethe_define('function lethe.retry_delay(integer)', $define$
create or replace function lethe.retry_delay(failures integer) returns interval
language sql
set search_path = pg_catalog, pg_temp
as $function$
  -- Half a minute, one, two, four … up to half a day: 25 attempts in about a week. A fifth more or less, so that those
  -- that failed together don't come back together.
  select least(interval '30 seconds' * power(2, least($1 - 1, 20)), interval '12 hours') * (0.8 + 0.4 * random());
$function$;
comment on function lethe.retry_delay(integer) is 'How long an effect waits after so many attempts in vain.';
$define$);

call pg_temp.lethe_define('function lethe.retry_effect(bigint)', $define$
create or replace function lethe.retry_effect(effect bigint) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  letter lethe.effect;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  perform from lethe.deletion_request r
  where r.id = (select e.request_id from lethe.effect e where e.id = effect)
  for update;
  select e.* into letter from lethe.effect e where e.id = effect;
  if letter.id is null then
    perform lethe.refuse('LT016', null, 'no such effect', 'lethe.effect_status() lists a request''s effects.',
      jsonb_build_object('effect', effect));
  elsif letter.state <> 'failed' then
    perform lethe.refuse('LT016', null, format('the effect is %s, not failed', letter.state),
      'Only a dead letter is put back; everything else goes on by itself.',
      jsonb_build_object('effect', effect, 'request', letter.request_id, 'state', letter.state));
  elsif letter.payload is null then
    perform lethe.refuse('LT016', null, 'the effect''s payload is wiped',
      'It was kept as long as lifecycle.payloadRetention says. Do the work by hand.',
      jsonb_build_object('effect', effect, 'request', letter.request_id, 'state', letter.state));
  end if;
  perform lethe.put_back(array[effect]);
end
$function$;
comment on function lethe.retry_effect(bigint) is
  'Puts a dead letter back, to be delivered now and with all its attempts anew.
   Errors: LT005 not allowed, LT015 wrong isolation level, LT016 not a dead letter, or its payload is wiped.';
$define$);

call pg_temp.lethe_define('function lethe.retry_effects(text, integer)', $define$
create or replace function lethe.retry_effects(handler text default null, max integer default 1000) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  letters bigint[];
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  letters := array(
    select e.id
    from lethe.effect e
    where e.state = 'failed'
      and e.payload is not null
      and (handler is null or e.handler = handler)
    order by e.request_id, e.name, e.id
    limit max
  );
  perform
  from lethe.deletion_request r
  where r.id = any (array(select e.request_id from lethe.effect e where e.id = any (letters)))
  order by r.id
  for update;
  return lethe.put_back(letters);
end
$function$;
comment on function lethe.retry_effects(text, integer) is
  'Puts up to max dead letters back, of one handler or of all; those whose payload is wiped are left.
   Returns how many. Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.settle_effects(lethe.effect[])', $define$
create or replace function lethe.settle_effects(settled lethe.effect[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  closed bigint[];
  required bigint[];
  whole bigint[];
  moved boolean := false;
begin
  -- Dead letters of one request and name share an event; requests with the same event share a call.
  perform lethe.record_events(d.requests, 'effect_failed', 'worker',
    jsonb_build_object('effect', d.name, 'error', d.last_error, 'count', d.count))
  from (
    select n.name, n.last_error, n.count, array_agg(n.request_id order by n.request_id) as requests
    from (
      select s.request_id, s.name, s.last_error, count(*) as count
      from unnest(settled) s
      where s.state = 'failed'
      group by s.request_id, s.name, s.last_error
    ) n
    group by n.name, n.last_error, n.count
  ) d;

  closed := array(
    select distinct s.request_id from unnest(settled) s where s.state in ('done', 'skipped')
  );
  if cardinality(closed) = 0 then
    return;
  end if;

  -- Whoever waited for these may go, once no other of that name is open. Each request is looked up by itself, whatever the
  -- planner knew of the table when the session made its plan: joined, all that waits could be read for these few.
  update lethe.effect e
  set next_attempt_at = greatest(e.deliver_after, now())
  where e.ctid = any (array(
    select w.place
    from (
      select distinct s.request_id, s.name from unnest(settled) s where s.state in ('done', 'skipped')
    ) c
    cross join lateral (
      select o.ctid as place
      from lethe.effect o
      where o.request_id = c.request_id
        and o.state = 'pending'
        and o.next_attempt_at is null
        and c.name = any (o.after)
        and not lethe.is_held(o.request_id, o.after)
      offset 0
    ) w
    where not lethe.is_held(c.request_id, array[c.name])
  ));
  moved := found;

  -- Executions that waited for a required one.
  required := array(
    select distinct s.request_id from unnest(settled) s where s.required and s.state in ('done', 'skipped')
  );
  if cardinality(required) > 0 then
    update lethe.deletion_request r
    set blocked_at = null,
        last_error = null
    where r.id = any (required)
      and r.state = 'scheduled'
      and r.blocked_at is not null
      and r.last_error like 'effect %'
      and lethe.missing_effect(r.id) is null;
    moved := moved or found;
  end if;

  with completed as (
    update lethe.deletion_request r
    set state = 'completed',
        completed_at = now()
    where r.id = any (closed)
      and r.state = 'erased'
      -- Likewise: a NOT EXISTS alone could become a join with all that is open.
      and not (
        select exists (
          select from lethe.effect o
          where o.request_id = r.id and o.state in ('pending', 'delivering', 'failed')
        )
      )
    returning r.id
  )
  select coalesce(array_agg(c.id order by c.id), '{}') into whole from completed c;
  perform lethe.record_events(whole, 'completed', 'worker');
  if moved then
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.settle_effects(lethe.effect[]) is
  'What follows when effects end: dead letters are recorded, those that waited for them go on, executions that waited too,
   and erased requests of which none is open are completed. The caller holds the requests'' locks.';
$define$);

call pg_temp.lethe_define('function lethe.settle_leases()', $define$
create or replace function lethe.settle_leases() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  requests bigint[];
  settled lethe.effect[];
begin
  requests := array(
    select e.request_id
    from lethe.effect e
    where e.state = 'delivering'
      and e.next_attempt_at <= now()
      and (e.withdrawn or e.failures >= last_attempt)
    limit 1000
  );
  if cardinality(requests) = 0 then
    return;
  end if;
  requests := array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests)
    order by r.id
    for update skip locked
  );
  with ended as (
    update lethe.effect e
    set state = case when e.withdrawn then 'skipped' else 'failed' end,
        failures = e.failures + 1,
        payload = case when not e.withdrawn then e.payload end,
        finished_at = case when e.withdrawn then now() end,
        next_attempt_at = null,
        last_error = 'lease expired'
    where e.request_id = any (requests)
    and e.state = 'delivering'
      and e.next_attempt_at <= now()
      and (e.withdrawn or e.failures >= last_attempt)
    returning e
  )
  select coalesce(array_agg(d.e), '{}') into settled from ended d;
  perform lethe.settle_effects(settled);
end
$function$;
comment on function lethe.settle_leases() is
  'Ends effects whose worker died with them and that aren''t tried again: withdrawn ones, and those at their last attempt.';
$define$);

call pg_temp.lethe_define('function lethe.wait_for_effects(bigint[])', $define$
create or replace function lethe.wait_for_effects(requests bigint[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  waiting constant bigint[] := array(
    select distinct e.request_id
    from lethe.effect e
    where e.request_id = any (requests)
      and e.required
      and e.state in ('pending', 'delivering', 'failed')
  );
begin
  if cardinality(waiting) = 0 then
    return waiting;
  end if;
  -- Said once: the log doesn't grow with every look at a request that still waits.
  perform lethe.record_events(array(
    select r.id from lethe.deletion_request r where r.id = any (waiting) and r.blocked_at is null
  ), 'blocked', 'worker');
  update lethe.deletion_request r
  set blocked_at = now(),
      last_error = 'effect ' || lethe.missing_effect(r.id)
  where r.id = any (waiting);
  -- Their day has come, whatever it was to be.
  update lethe.effect e
  set deliver_after = now(),
      next_attempt_at = case when e.next_attempt_at is not null then now() end
  where e.request_id = any (waiting)
    and e.required
    and e.state = 'pending'
    and e.deliver_after > now();
  if found then
    perform pg_notify('lethe', '');
  end if;
  return waiting;
end
$function$;
comment on function lethe.wait_for_effects(bigint[]) is
  'Those of the requests of which a required effect is open: they wait aside until it is done, visible in lethe.overdue.';
$define$);

call pg_temp.lethe_define('function lethe.wipe_stale_payloads(integer)', $define$
create or replace function lethe.wipe_stale_payloads(max integer default 10000) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  oldest constant timestamptz := (select now() - a.payload_retention from lethe.annotation a);
  stale bigint[];
  given_up lethe.effect[];
  wiped integer;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  stale := array(
    select e.id
    from lethe.effect e
    where e.state in ('pending', 'failed')
      and e.payload is not null
      and greatest(e.created_at, e.deliver_after) < oldest
    limit max
  );
  if cardinality(stale) = 0 then
    return 0;
  end if;
  perform
  from lethe.deletion_request r
  where r.id = any (array(select e.request_id from lethe.effect e where e.id = any (stale)))
  order by r.id
  for update;

  -- What was never delivered in all that time won't be: it shows as a dead letter from now on.
  with ended as (
    update lethe.effect e
    set state = 'failed',
        payload = null,
        next_attempt_at = null,
        last_error = 'expired'
    where e.id = any (stale) and e.state = 'pending'
    returning e
  )
  select coalesce(array_agg(d.e), '{}') into given_up from ended d;
  update lethe.effect e
  set payload = null
  where e.id = any (stale) and e.state = 'failed' and e.payload is not null;
  get diagnostics wiped = row_count;
  perform lethe.settle_effects(given_up);
  return wiped + cardinality(given_up);
end
$function$;
comment on function lethe.wipe_stale_payloads(integer) is
  'Wipes the payloads of effects that were not delivered in the time that lifecycle.payloadRetention allows; the worker calls
   it each day. They stay visible as dead letters, and can''t be retried. Returns how many, at most max.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.withdraw_effects(bigint[], text[])', $define$
create or replace function lethe.withdraw_effects(requests bigint[], times text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  settled lethe.effect[];
begin
  with withdrawn as (
    update lethe.effect e
    set withdrawn = true,
        payload = null,
        -- What a worker has in its hands may have happened already: it is waited for, and not tried again.
        state = case when e.state = 'delivering' then e.state else 'skipped' end,
        receipt = case when e.state = 'delivering' then e.receipt else '{"reason": "withdrawn"}' end,
        finished_at = case when e.state = 'delivering' then e.finished_at else now() end,
        next_attempt_at = case when e.state = 'delivering' then e.next_attempt_at end
    where e.request_id = any (requests)
      and e.at = any (times)
      and e.state in ('pending', 'delivering', 'failed')
    returning e
  )
  select coalesce(array_agg(w.e) filter (where (w.e).state = 'skipped'), '{}') into settled from withdrawn w;
  if cardinality(settled) > 0 then
    perform lethe.settle_effects(settled);
  end if;
end
$function$;
comment on function lethe.withdraw_effects(bigint[], text[]) is
  'Ends effects that have lost their sense: what nobody has begun is skipped, what is under way ends as it may.
   Their payloads are wiped. The caller holds the requests'' locks.';
$define$);

call pg_temp.lethe_define('function lethe.postpone_purge(integer, lethe.retained[], text)', $define$
create or replace function lethe.postpone_purge(retention integer, entries lethe.retained[], error text) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  -- An hour, two, four … up to a month.
  update lethe.retained r
  set attempts = r.attempts + 1,
      next_attempt_at = now() + least(interval '1 hour' * power(2, least(r.attempts, 10)), interval '30 days'),
      last_error = left($3, 200)
  where r.ctid = any (lethe.retained_places($1, $2));
$function$;
comment on function lethe.postpone_purge(integer, lethe.retained[], text) is
  'Counts a failed purge and puts the entries back with a growing delay. error: SQLSTATE, table, constraint; never a message.';
$define$);

call pg_temp.lethe_define('function lethe.purge_due()', $define$
create or replace function lethe.purge_due() returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return exists (
    select from lethe.retained r where greatest(r.purge_after, r.next_attempt_at) <= now()
  );
end
$function$;
comment on function lethe.purge_due() is 'Is there anything for purge_retained() to do now? Errors: LT005 not allowed.';
$define$);

call pg_temp.lethe_define('function lethe.purge_retained(integer)', $define$
create or replace function lethe.purge_retained(max integer default 5000) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  claimed lethe.retained[];
  retention integer;
  outcome lethe.execution;
  purged bigint := 0;
  failures_left integer := 20;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  claimed := array(
    select r
    from lethe.retained r
    where greatest(r.purge_after, r.next_attempt_at) <= now()
    order by greatest(r.purge_after, r.next_attempt_at)
    limit max
    for update skip locked
  );
  if cardinality(claimed) = 0 then
    return 0;
  end if;
  -- Their events are numbered under the requests' locks; rows come last, as everywhere.
  perform
  from lethe.deletion_request q
  where q.id = any (array(select e.request_id from unnest(claimed) e))
  order by q.id
  for update;
  for retention in
    select n.id
    from lethe.retention n
    where n.id = any (array(select e.retention_id from unnest(claimed) e))
    -- Rows that refer to others before the rows that they refer to.
    order by array_position(lethe.retained_tables(), n.table_name) nulls last, n.id
  loop
    outcome := lethe.purge_rows(
      retention,
      array(select e from unnest(claimed) e where e.retention_id = retention),
      failures_left
    );
    purged := purged + outcome.executed;
    failures_left := failures_left - outcome.failed;
  end loop;
  return purged;
end
$function$;
comment on function lethe.purge_retained(integer) is
  'Deletes up to max rows of erased people whose time of retention is over; several workers may call it at once.
   A row goes only where it is still the erased person''s or nobody''s, and its date, looked at again, is still over.
   What can''t be deleted is put back with a growing delay and holds up nothing else.
   Returns how many rows were deleted. Errors: LT005 not allowed, LT015 wrong isolation level.';
$define$);

call pg_temp.lethe_define('function lethe.purge_rows(integer, lethe.retained[], integer)', $define$
create or replace function lethe.purge_rows(retention integer, entries lethe.retained[], failures_left integer) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  terms lethe.retention;
  seen lethe.purge_outcome[];
  half constant integer := cardinality(entries) / 2;
  outcome lethe.execution;
  other lethe.execution;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  if cardinality(entries) = 0 then
    return (0, 0, 0, 0)::lethe.execution;
  elsif failures_left <= 0 then
    -- Too much has been rolled back already: the rest comes with the next call but one.
    update lethe.retained r
    set next_attempt_at = now() + interval '1 hour'
    where r.ctid = any (lethe.retained_places(retention, entries));
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  select n.* into strict terms from lethe.retention n where n.id = retention;
  begin
    set constraints all deferred;
    seen := array(
      select (o.request_id, o.row_key, o.outcome, o.purge_after)::lethe.purge_outcome
      from lethe.purge_from(terms, entries) o
    );
    -- A deferred constraint would otherwise fail at COMMIT, after the purge was reported.
    set constraints all immediate;
    return (lethe.record_purge(terms, seen), 0, 0, 0)::lethe.execution;
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      -- Nobody's fault: the whole piece is tried again a little later.
      update lethe.retained r
      set next_attempt_at = now() + interval '1 minute'
      where r.ctid = any (lethe.retained_places(retention, entries));
      return (0, 0, 0, 0)::lethe.execution;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      -- 42: the table isn't what it was. The others' turn comes all the same.
      if not lethe.is_row_error(code) and left(code, 2) <> '42' then
        raise;
      end if;
  end;

  if cardinality(entries) = 1 or left(code, 2) = '42' then
    perform lethe.postpone_purge(retention, entries, lethe.error_text(code, schema_name, table_name, constraint_name));
    return (0, 1, 0, 0)::lethe.execution;
  end if;
  -- Some row can't go: halve the piece until that one stands alone.
  outcome := lethe.purge_rows(retention, entries[:half], failures_left);
  other := lethe.purge_rows(retention, entries[half + 1:], failures_left - outcome.failed);
  return (outcome.executed + other.executed, outcome.failed + other.failed, 0, 0)::lethe.execution;
end
$function$;
comment on function lethe.purge_rows(integer, lethe.retained[], integer) is
  'Purges entries of one retention; on an error splits them until the row that can''t go stands alone.
   failures_left bounds the rolled-back work of one call.';
$define$);

call pg_temp.lethe_define('function lethe.record_purge(lethe.retention, lethe.purge_outcome[])', $define$
create or replace function lethe.record_purge(terms lethe.retention, seen lethe.purge_outcome[]) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
begin
  -- Each entry is looked up by its whole key, whatever the plan knew of the table when the session made it: joined, the
  -- entries would be compared each with each. The caller holds them, so where they lie (ctid) is where they are found again.
  delete from lethe.retained r
  where r.ctid = any (array(
    select k.place
    from unnest(seen) s
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = s.request_id and k.retention_id = terms.id and k.row_key = s.row_key
      offset 0
    ) k
    where s.outcome in ('purged', 'gone', 'released')
  ));

  update lethe.retained r
  set purge_after = s.purge_after,
      next_attempt_at = null
  from (
    select k.place, s.purge_after
    from unnest(seen) s
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = s.request_id and k.retention_id = terms.id and k.row_key = s.row_key
      offset 0
    ) k
    where s.outcome = 'later'
  ) s
  where r.ctid = s.place;

  perform lethe.postpone_purge(
    terms.id,
    array(
      select k.entry
      from unnest(seen) s
      cross join lateral (
        select r as entry
        from lethe.retained r
        where r.request_id = s.request_id and r.retention_id = terms.id and r.row_key = s.row_key
        offset 0
      ) k
      where s.outcome = wrong.outcome
    ),
    wrong.error || ' ' || terms.table_name
  )
  from (values ('swallowed', 'LT014'), ('unknown', 'LT009')) as wrong (outcome, error);

  -- Requests with as many rows share a call; each gets an event of its own.
  perform lethe.record_events(g.requests, 'purged', 'worker', jsonb_build_object('table', terms.table_name, 'rows', g.rows))
  from (
    select n.rows, array_agg(n.request_id order by n.request_id) as requests
    from (
      select s.request_id, count(*) as rows
      from unnest(seen) s
      where s.outcome = 'purged'
      group by s.request_id
    ) n
    group by n.rows
  ) g;
  return (select count(distinct s.row_key) from unnest(seen) s where s.outcome = 'purged');
end
$function$;
comment on function lethe.record_purge(lethe.retention, lethe.purge_outcome[]) is
  'Closes the entries whose rows are gone or somebody else''s, puts the others back, and appends the events.';
$define$);

call pg_temp.lethe_define('function lethe.retained_places(integer, lethe.retained[])', $define$
create or replace function lethe.retained_places(retention integer, entries lethe.retained[]) returns tid[]
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  -- Each entry by its whole key, whatever the planner knows of the table: joined, the entries could be compared each with each.
  select array(
    select k.place
    from unnest($2) e
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = e.request_id and k.retention_id = $1 and k.row_key = e.row_key
      offset 0
    ) k
  );
$function$;
comment on function lethe.retained_places(integer, lethe.retained[]) is
  'Where these entries lie (ctid), for a caller who holds them locked.';
$define$);

call pg_temp.lethe_define('function lethe.is_executing(uuid)', $define$
create or replace function lethe.is_executing(subject uuid) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return exists (
    select
    from lethe.running u
    where u.subject_id = is_executing.subject
      and u.xact = pg_current_xact_id_if_assigned()
  );
end
$function$;
comment on function lethe.is_executing(uuid) is
  'Is this transaction Lethe''s own work on the subject? Known by data alone: a role or a setting could be forged.';
$define$);

call pg_temp.lethe_define('function lethe.is_finalised(uuid)', $define$
create or replace function lethe.is_finalised(subject uuid) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  -- The latest request: somebody new may come, and go, under the key of a row that was deleted.
  return coalesce((
    select r.state in ('executing', 'erased', 'completed')
    from lethe.deletion_request r
    where r.subject_id = is_finalised.subject
    order by r.id desc
    limit 1
  ), false);
end
$function$;
comment on function lethe.is_finalised(uuid) is
  'Has the erasure of whoever had this key last begun, or been done? Known from requests, never from the marks alone.';
$define$);

call pg_temp.lethe_define('function lethe.refuse_event_change()', $define$
create or replace function lethe.refuse_event_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  perform lethe.refuse('LT005', null, 'the event log is append-only',
    'What happened stays on record; later events say what changed.');
  return null;
end
$function$;
comment on function lethe.refuse_event_change() is 'Refuses UPDATE, DELETE and TRUNCATE of the event log.';
$define$);

call pg_temp.lethe_define('function lethe.refuse_truncate()', $define$
create or replace function lethe.refuse_truncate() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  perform lethe.refuse('LT012', null, format('%I.%I can''t be truncated', tg_table_schema, tg_table_name),
    'People leave through lethe.schedule_deletion().');
  return null;
end
$function$;
comment on function lethe.refuse_truncate() is 'Refuses TRUNCATE of the subject table, which would pass every row trigger.';
$define$);

call pg_temp.lethe_define('function lethe.access_differences()', $define$
create or replace function lethe.access_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Called by a function that runs with its definer's rights: current_user is whoever Lethe works as.
  return query
  select r.table_name,
         pg_get_userbyid(r.owner)::text,
         'owner',
         case
           when r.privileges is null then format('%I, or a role that it is a member of', current_user)
           else format('%I may %s', current_user, array_to_string(r.privileges, ', '))
         end,
         pg_get_userbyid(r.owner)::text,
         'error',
         r.strategies
  from lethe.annotated_relation r
  where cardinality(r.strategies) > 0
    and not pg_has_role(current_user, r.owner, 'usage')
    and (
      r.privileges is null
      or exists (
        select from unnest(r.privileges) p where not has_table_privilege(current_user, r.relation, p)
      )
    );

  return query
  select r.table_name, r.table_name, 'row security', 'not forced on its owner', 'forced', 'error', r.strategies
  from lethe.annotated_relation r
  where cardinality(r.strategies) > 0
    and (r.forced or (r.row_security and not pg_has_role(current_user, r.owner, 'usage')))
    and not exists (
      select from pg_roles m where m.rolname = current_user and (m.rolsuper or m.rolbypassrls)
    );
end
$function$;
comment on function lethe.access_differences() is 'Tables on which Lethe''s functions have lost the owner''s rights.';
$define$);

call pg_temp.lethe_define('function lethe.catalog_mark()', $define$
create or replace function lethe.catalog_mark() returns text
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
  -- Every change of a catalog row gives it another xmin; rows that come and go change the counts.
  with relation as materialized (
    select a.relation from lethe.annotated_relation a
  )
  select concat_ws(
    ' ',
    (select a.hash from lethe.annotation a),
    current_user,
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', c.oid, c.xmin), 0)))
      from relation r join pg_class c on c.oid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', a.attrelid, a.attnum, a.xmin), 0)))
      from relation r join pg_attribute a on a.attrelid = r.relation
    ),
    (
      -- A foreign key has triggers on the table that it points at, too.
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', g.oid, g.xmin), 0)))
      from relation r join pg_trigger g on g.tgrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', k.oid, k.xmin), 0)))
      from relation r join pg_constraint k on k.conrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', i.indexrelid, i.xmin), 0)))
      from relation r join pg_index i on i.indrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', y.oid, y.xmin), 0)))
      from relation r join pg_policy y on y.polrelid = r.relation
    ),
    (select concat(count(*), ':', sum(hashtextextended(m.xmin::text, 0))) from pg_auth_members m)
  );
$function$;
comment on function lethe.catalog_mark() is
  'Another text whenever an annotated table, or what hangs on it, was changed: a cheap question before the look for drift.';
$define$);

call pg_temp.lethe_define('function lethe.column_differences()', $define$
create or replace function lethe.column_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
begin
  return query
  select t.table_name, t.table_name, 'table', 'a table', 'nothing', 'error', t.strategies
  from lethe.annotated_table t
  where not exists (select from lethe.annotated_relation r where r.table_name = t.table_name);

  -- A new column that only follows its row needs no decision, one that stays does. Of the known ones, what is written
  -- must still fit; what is kept, or goes with its row, may change its type.
  return query
  with relation as materialized (
    select r.* from lethe.annotated_relation r
  )
  select c.table_name,
         c.column_name,
         'column',
         coalesce(c.expected, 'no such column'),
         coalesce(c.found, 'nothing'),
         case when cardinality(gravity.refused) > 0 then 'error' else 'warn' end,
         gravity.refused
  from lethe.column_changes c
  join relation r on r.table_name = c.table_name
  cross join lateral (
    select case
             when c.expected is null then r.survives
             when c.found is not null and c.decision in ('keep', 'with the row') then '{}'
             else r.strategies
           end as refused
  ) gravity;
end
$function$;
comment on function lethe.column_differences() is 'Tables and columns that are new, gone, or of another type.';
$define$);

call pg_temp.lethe_define('function lethe.differences()', $define$
create or replace function lethe.differences() returns setof lethe.difference
language plpgsql
stable
security definer
-- Nothing else on the path: types then print as they did when the snapshot was taken.
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
begin
  return query
  select * from lethe.column_differences()
  union all
  select * from lethe.foreign_key_differences()
  union all
  select * from lethe.index_differences()
  union all
  select * from lethe.trigger_differences()
  union all
  select * from lethe.own_differences()
  union all
  select * from lethe.access_differences();
end
$function$;
comment on function lethe.differences() is 'What lethe.drift shows.';
$define$);

call pg_temp.lethe_define('function lethe.foreign_key_differences()', $define$
create or replace function lethe.foreign_key_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Keys that point at the subject, or at rows that are removed. Known by their columns: a name may change.
  return query
  with relation as materialized (
    select r.*
    from lethe.annotated_relation r
    where r.class = 'subject' or cardinality(r.removes) > 0
  ), foreign_key as materialized (
    select f.*
    from pg_constraint f
    where f.contype = 'f'
      and f.conparentid = 0
      and (
        -- Before 18 there is no such column: the bare name then means the outer one.
        select (select conenforced from pg_constraint same where same.oid = f.oid)
        from (values (true)) as older (conenforced)
      )
  ), present as materialized (
    select n.nspname || '.' || c.relname as table_name,
           format(
             '(%s) references %s (%s)',
             (
               select string_agg(a.attname, ', ' order by k.position)
               from unnest(f.conkey) with ordinality as k (attnum, position)
               join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum
             ),
             r.table_name,
             (
               select string_agg(a.attname, ', ' order by k.position)
               from unnest(f.confkey) with ordinality as k (attnum, position)
               join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum
             )
           ) as name,
           case f.confdeltype
             when 'a' then 'on delete no action'
             when 'r' then 'on delete restrict'
             when 'c' then 'on delete cascade'
             when 'n' then 'on delete set null'
             when 'd' then 'on delete set default'
           end || case f.confupdtype
             when 'a' then ''
             when 'r' then ', on update restrict'
             when 'c' then ', on update cascade'
             when 'n' then ', on update set null'
             when 'd' then ', on update set default'
           end as action,
           case when r.class = 'subject' then r.strategies else r.removes end as strategies,
           r.removes
    from relation r
    join foreign_key f on f.confrelid = r.relation
    join pg_class c on c.oid = f.conrelid
    join pg_namespace n on n.oid = c.relnamespace
  ), expected as (
    select o.table_name, o.name, o.expected as action
    from lethe.annotated_object o
    where o.kind = 'foreign key'
  ), compared as (
    select coalesce(p.table_name, e.table_name) as table_name,
           coalesce(p.name, e.name) as name,
           e.action as expected,
           p.action as found,
           case
             when e.name is null then p.strategies
             when p.name is null then '{}'::text[]
             -- What an update of the person's row does to others counts while the row stays, too.
             when split_part(e.action, ', on update', 2) <> split_part(p.action, ', on update', 2) then p.strategies
             else p.removes
           end as strategies
    from present p
    full join expected e on e.table_name = p.table_name and e.name = p.name
    where e.action is distinct from p.action
  )
  select d.table_name,
         d.name,
         case
           when d.expected is null
             and not exists (select from lethe.annotated_table t where t.table_name = d.table_name)
             then 'table'
           else 'foreign key'
         end,
         coalesce(d.expected, 'no such foreign key'),
         coalesce(d.found, 'nothing'),
         case when cardinality(d.strategies) > 0 then 'error' else 'warn' end,
         d.strategies
  from compared d;
end
$function$;
comment on function lethe.foreign_key_differences() is
  'Foreign keys to the subject, or to rows that are removed, that are new, gone, or do something else.';
$define$);

call pg_temp.lethe_define('function lethe.index_differences()', $define$
create or replace function lethe.index_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Without it the erasure still takes place, by reading the whole table.
  return query
  with relation as materialized (
    select r.* from lethe.annotated_relation r
  )
  select r.table_name, o.name, 'index', o.expected, 'none', 'warn', '{}'::text[]
  from lethe.annotated_object o
  join relation r on r.table_name = o.table_name
  cross join lateral string_to_array(o.name, ', ') as wanted (columns)
  where o.kind = 'index'
    and not exists (
      select
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_am m on m.oid = c.relam
      where i.indrelid = r.relation
        and i.indisvalid
        and m.amname in ('btree', 'hash')
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\([^()]* IS NOT NULL\)$')
        and (
          select array_agg(a.attname::text order by a.attname::text)
          from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          where k.position <= cardinality(wanted.columns)
        ) = array(select w from unnest(wanted.columns) w order by w)
    )
  union all
  -- Without these one row may be two people's, or two people look like one: nobody is erased until it is decided.
  select r.table_name, o.name, o.kind, o.expected, 'none', 'error', r.strategies
  from lethe.annotated_object o
  join relation r on r.table_name = o.table_name
  cross join lateral string_to_array(o.name, ', ') as wanted (columns)
  where o.kind = 'unique index'
    and not exists (
      select
      from pg_index i
      where i.indrelid = r.relation
        and i.indisunique
        and i.indisvalid
        and i.indpred is null
        and i.indexprs is null
        and (
          select array_agg(a.attname::text)
          from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          where k.position <= i.indnkeyatts
        ) <@ wanted.columns
    );
end
$function$;
comment on function lethe.index_differences() is 'Owner columns whose rows no index finds any more, and columns that no unique index keeps one person''s.';
$define$);

call pg_temp.lethe_define('function lethe.own_differences()', $define$
create or replace function lethe.own_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return query
  with own as materialized (
    select o.name, split_part(o.name, ' ', 1) as kind
    from lethe.object o
    where split_part(o.name, ' ', 1) in ('trigger', 'policy', 'constraint', 'column', 'row', 'index', 'view')
  ), part as materialized (
    select case o.kind when 'row' then 'row security' else o.kind end as kind,
           case
             when o.kind = 'row' then array[null, substr(o.name, length('row security on ') + 1)]
             when o.kind in ('index', 'view') then array[null, substr(o.name, length(o.kind) + 2)]
             else regexp_match(o.name, '^\w+ (.*) (?:on|of) (.*)$')
           end as names
    from own o
  ), placed as materialized (
    select p.kind,
           replace(coalesce(p.names[1], p.names[2]), '"', '') as object,
           replace(p.names[2], '"', '') as table_name,
           to_regclass(p.names[2]) as relation
    from part p
  ), found as materialized (
    -- Scalar subqueries: an EXISTS may be hashed, which reads a whole catalog for a handful of rows.
    select p.*,
           case
             when p.relation is null then 'nothing'
             when p.kind = 'trigger' then coalesce(
               (
                 select case when g.tgenabled in ('O', 'A') then 'present' else 'disabled' end
                 from pg_trigger g
                 where g.tgrelid = p.relation and g.tgname = p.object
               ),
               'nothing'
             )
             when p.kind = 'policy' and (
               select 1 from pg_policy y where y.polrelid = p.relation and y.polname = p.object
             ) is null then 'nothing'
             when p.kind = 'constraint' and (
               select 1 from pg_constraint k where k.conrelid = p.relation and k.conname = p.object
             ) is null then 'nothing'
             when p.kind = 'column' and (
               select 1 from pg_attribute a where a.attrelid = p.relation and a.attname = p.object and not a.attisdropped
             ) is null then 'nothing'
             when p.kind = 'row security' and (
               select 1 from pg_class c where c.oid = p.relation and c.relrowsecurity
             ) is null then 'disabled'
             -- CREATE OR REPLACE VIEW without the WITH clause drops it, and the view passes its reader's policies.
             when p.kind = 'view' and (
               select 1
               from pg_class c
               left join pg_options_to_table(c.reloptions) o on o.option_name = 'security_invoker'
               where c.oid = p.relation
                 and c.relnamespace <> 'lethe'::regnamespace
                 and o.option_value::boolean is not true
             ) is not null then 'with its owner''s rights'
             else 'present'
           end as state
    from placed p
  )
  -- What protects or hides refuses erasure with its table; an index or a view doesn't.
  select f.table_name,
         f.object,
         'own ' || f.kind,
         'present',
         f.state,
         case when f.kind in ('index', 'view') then 'warn' else 'error' end,
         case when f.kind in ('index', 'view') then '{}' else coalesce(t.strategies, '{}') end
  from found f
  left join lethe.annotated_table t on t.table_name = f.table_name
  where f.state <> 'present';
end
$function$;
comment on function lethe.own_differences() is
  'What Lethe made that somebody dropped or disabled, and views that lost their reader''s rights.';
$define$);

call pg_temp.lethe_define('function lethe.trigger_differences()', $define$
create or replace function lethe.trigger_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return query
  with added as materialized (
    select a as name from lethe.added_objects() a
  ), relation as materialized (
    select r.* from lethe.annotated_relation r where cardinality(r.strategies) > 0
  ), present as materialized (
    select r.table_name,
           g.tgname::text as name,
           concat_ws(
             ' ',
             case when g.tgtype & 2 > 0 then 'before' when g.tgtype & 64 > 0 then 'instead of' else 'after' end,
             case when g.tgtype & 4 > 0 then 'insert' end,
             case when g.tgtype & 16 > 0 then 'update' end,
             case when g.tgtype & 8 > 0 then 'delete' end,
             case when g.tgtype & 32 > 0 then 'truncate' end,
             (
               select 'of ' || string_agg(a.attname, ', ' order by a.attname::text)
               from pg_attribute a
               where a.attrelid = g.tgrelid and a.attnum = any (g.tgattr::int2[])
             ),
             case when g.tgtype & 1 > 0 then 'for each row' else 'for each statement' end,
             'calls',
             n.nspname || '.' || p.proname,
             left(encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex'), 16)
           ) as definition,
           -- An erasure updates and deletes.
           g.tgtype & 24 > 0 as fires,
           r.strategies
    from relation r
    join pg_trigger g on g.tgrelid = r.relation and not g.tgisinternal and g.tgenabled in ('O', 'A')
    join pg_proc p on p.oid = g.tgfoid
    join pg_namespace n on n.oid = p.pronamespace
    where not exists (select from added a where a.name = replace(format('trigger %s on %s', g.tgname, r.table_name), '"', ''))
  ), expected as (
    select o.table_name, o.name, o.expected as definition
    from lethe.annotated_object o
    join relation r on r.table_name = o.table_name
    where o.kind = 'trigger'
  ), compared as (
    select coalesce(p.table_name, e.table_name) as table_name,
           coalesce(p.name, e.name) as name,
           e.definition as expected,
           p.definition as found,
           case when p.fires then p.strategies else '{}'::text[] end as strategies
    from present p
    full join expected e on e.table_name = p.table_name and e.name = p.name
    where e.definition is distinct from p.definition
  )
  select d.table_name,
         d.name,
         'trigger',
         coalesce(d.expected, 'no such trigger'),
         coalesce(d.found, 'nothing'),
         -- Reported, not refused: what a trigger swallows or rewrites the probe for residue finds, and an updated_at that
         -- was added last week must not hold up everybody's erasure.
         'warn',
         d.strategies
  from compared d;
end
$function$;
comment on function lethe.trigger_differences() is
  'The application''s triggers on tables that an erasure touches: new, gone, or with another function.';
$define$);

call pg_temp.lethe_define('view lethe.dead_letters', $define$
create or replace view lethe.dead_letters as
select e.id as effect_id,
       e.request_id,
       e.name,
       e.handler,
       e.at,
       e.attempts,
       e.last_error,
       e.created_at,
       e.payload is not null as retryable
from lethe.effect e
where e.state = 'failed';
comment on view lethe.dead_letters is
  'Effects that failed for good; retry_effect() puts one back where its payload isn''t wiped (retryable).';
$define$);

call pg_temp.lethe_define('view lethe.drift', $define$
create or replace view lethe.drift as
select d.table_name,
       d.object,
       d.kind,
       d.expected,
       d.found,
       d.severity,
       d.strategies
from lethe.differences() d
order by d.severity, d.table_name, d.kind, d.object;
comment on view lethe.drift is
  'How the database differs from the one that the annotation was made for. Requests with one of the strategies named
   wait until the difference is decided: lethe sync, decide, lethe generate, migrate.';
$define$);

call pg_temp.lethe_define('view lethe.due', $define$
create or replace view lethe.due as
select r.id as request_id,
       greatest(r.scheduled_for, r.next_attempt_at) as due_since
from lethe.deletion_request r
where r.state = 'scheduled'
  and r.blocked_at is null
  and greatest(r.scheduled_for, r.next_attempt_at) <= now()
  and r.due_by < (select lethe.due_by_limit());
comment on view lethe.due is 'Requests that may be executed now: the one place that says so.';
$define$);

call pg_temp.lethe_define('view lethe.effect_counts', $define$
create or replace view lethe.effect_counts as
select e.handler,
       e.state,
       count(*) as effects,
       count(*) filter (where e.failures > 0) as failing,
       min(e.created_at) as oldest,
       min(e.next_attempt_at) as next_attempt_at
from lethe.effect e
where e.state in ('pending', 'delivering', 'failed')
group by e.handler, e.state;
comment on view lethe.effect_counts is
  'Effects that aren''t done yet, by handler and state; failed are dead letters. How far behind a handler is: now() - oldest.';
$define$);

call pg_temp.lethe_define('view lethe.in_steps', $define$
create or replace view lethe.in_steps as
select r.id as request_id,
       greatest(r.scheduled_for, r.next_attempt_at) as due_since
from lethe.deletion_request r
where r.state = 'executing'
  and (r.next_attempt_at is null or r.next_attempt_at <= now())
  and r.due_by < (select lethe.due_by_limit());
comment on view lethe.in_steps is 'Requests whose erasure goes in steps and may go on now.';
$define$);

call pg_temp.lethe_define('view lethe.overdue', $define$
create or replace view lethe.overdue as
select r.id as request_id,
       r.subject_id,
       r.state,
       r.strategy,
       r.scheduled_for,
       r.due_by,
       now() - r.scheduled_for as late_by,
       case
         when r.state = 'erased' then 'effects are open'
         when r.last_error like 'LT009%' then 'drift'
         when r.next_attempt_at = 'infinity' then 'dead letter'
         when r.state = 'executing' and r.last_error like 'LT014%' then 'residue found'
         when r.blocked_at is not null and r.last_error like 'effect %' then 'a required effect is open'
         when r.blocked_at is not null then 'blocked'
         when r.attempts > 0 and (r.state = 'scheduled' or r.next_attempt_at > now()) then 'failed'
         when r.due_by >= (select lethe.due_by_limit()) then 'the execution window'
         when r.state = 'executing' then 'in progress'
         else 'waits for the worker'
       end as waits_because,
       r.attempts,
       r.next_attempt_at,
       r.last_error,
       now() > r.due_by as past_due_by
from lethe.deletion_request r
where r.state in ('scheduled', 'executing', 'erased')
  and r.scheduled_for <= now();
comment on view lethe.overdue is 'Requests whose time has come and that are not completed, with what each waits for.';
$define$);

call pg_temp.lethe_define('view lethe.pending', $define$
create or replace view lethe.pending as
select r.id as request_id,
       r.subject_id,
       r.state,
       r.strategy,
       r.requested_at,
       r.scheduled_for,
       r.due_by,
       r.attempts,
       r.next_attempt_at,
       r.blocked_at,
       r.last_error
from lethe.deletion_request r
where r.state in ('scheduled', 'executing', 'erased');
comment on view lethe.pending is 'Every request that is neither completed nor cancelled.';
$define$);

call pg_temp.lethe_define('view lethe.progress', $define$
create or replace view lethe.progress as
select r.id as request_id,
       r.subject_id,
       r.strategy,
       begun.at as begun_at,
       coalesce(erased.rows, 0) as rows_erased,
       coalesce(found.rows, 0) as rows_found,
       r.chunk as rows_a_step,
       r.attempts,
       r.next_attempt_at,
       r.last_error
from lethe.deletion_request r
left join lateral (
  select max(e.at) as at
  from lethe.deletion_event e
  where e.request_id = r.id and e.event = 'begun'
) begun on true
left join lateral (
  select sum(counted.value::bigint)::bigint as rows
  from jsonb_each(r.erased) by_strategy
  cross join lateral jsonb_each_text(by_strategy.value) counted
) erased on true
left join lateral (
  select sum(cardinality(f.places))::bigint as rows
  from lethe.found_rows f
  where f.request_id = r.id
) found on true
where r.state = 'executing';
comment on view lethe.progress is
  'Erasures that go in steps: rows erased so far, and rows found that the next steps erase (ten chunks are looked for at a time).';
$define$);

call pg_temp.lethe_define('view lethe.request_counts', $define$
create or replace view lethe.request_counts as
select s.state,
       count(r.id) as requests
from unnest(array['scheduled', 'executing', 'erased', 'completed', 'cancelled']) as s (state)
left join lethe.deletion_request r on r.state = s.state
group by s.state;
comment on view lethe.request_counts is 'How many requests are in each state.';
$define$);

call pg_temp.lethe_define('view lethe.retained_rows', $define$
create or replace view lethe.retained_rows as
select n.table_name,
       extract(year from r.purge_after at time zone 'UTC')::integer as year,
       n.basis,
       count(*) as rows,
       min(r.purge_after) as purged_from,
       max(r.purge_after) as purged_until,
       count(*) filter (where r.purge_after <= now()) as overdue,
       count(*) filter (where r.last_error is not null) as failing,
       max(r.last_error) as last_error
from lethe.retained r
join lethe.retention n on n.id = r.retention_id
group by n.table_name, year, n.basis;
comment on view lethe.retained_rows is
  'Rows of erased people that are kept on a legal basis, by table and the year in which they are purged (UTC); those whose
   time is over already, and those whose purge fails.';
$define$);

call pg_temp.lethe_define('trigger lethe_append_only on lethe.deletion_event', $define$
create or replace trigger lethe_append_only
  before update or delete or truncate on lethe.deletion_event
  for each statement
  execute function lethe.refuse_event_change();
$define$);

-- =============================================================================
-- GUARDS
-- No sign-in for whoever is leaving, no data back into erased rows, no delete
-- past Lethe.
-- =============================================================================

call pg_temp.lethe_define('function lethe.refuse_sign_in(uuid)', $define$
create or replace function lethe.refuse_sign_in(subject uuid) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if subject is null then
    return;
  end if;
  -- A plain look first: whoever is marked already is refused at once, without waiting for a lock.
  perform from public.users t where t.id = subject and t.deleted_at is not null;
  if found then
    perform lethe.refuse('LT010', subject, 'sign-in refused: this person is leaving',
      'A scheduled deletion can be cancelled with lethe.cancel_deletion() or its token.');
  end if;
  -- Then one that waits for a schedule that is under way, and sees what it left.
  perform from public.users t where t.id = subject and t.deleted_at is null for key share;
  if not found then
    -- Marked meanwhile, or gone for good; a key that nobody ever had is the foreign key's business.
    perform from public.users t where t.id = subject;
    if found or exists (select from lethe.deletion_request r where r.subject_id = subject and r.state in ('erased', 'completed')) then
      perform lethe.refuse('LT010', subject, 'sign-in refused: this person is leaving',
        'A scheduled deletion can be cancelled with lethe.cancel_deletion() or its token.');
    end if;
  end if;
end
$function$;
comment on function lethe.refuse_sign_in(uuid) is 'LT010 when the person is marked or erased; called by the guards of session and credential tables.';
$define$);

call pg_temp.lethe_define('function lethe.guard_public_sessions()', $define$
create or replace function lethe.guard_public_sessions() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' or new.user_id is distinct from old.user_id then
    perform lethe.refuse_sign_in(new.user_id);
  end if;
  return null;
end
$function$;
comment on function lethe.guard_public_sessions() is 'Guard of public.sessions: no new row for a person who is leaving or gone.';
$define$);

call pg_temp.lethe_define('trigger lethe_guard on public.sessions', $define$
create or replace trigger lethe_guard
  after insert or update on public.sessions
  for each row
  execute function lethe.guard_public_sessions();
$define$);

call pg_temp.lethe_define('function lethe.guard_public_user_tokens()', $define$
create or replace function lethe.guard_public_user_tokens() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' or new.user_id is distinct from old.user_id then
    perform lethe.refuse_sign_in(new.user_id);
  end if;
  return null;
end
$function$;
comment on function lethe.guard_public_user_tokens() is 'Guard of public.user_tokens: no new row for a person who is leaving or gone.';
$define$);

call pg_temp.lethe_define('trigger lethe_guard on public.user_tokens', $define$
create or replace trigger lethe_guard
  after insert or update on public.user_tokens
  for each row
  execute function lethe.guard_public_user_tokens();
$define$);

call pg_temp.lethe_define('function lethe.guard_public_accounts()', $define$
create or replace function lethe.guard_public_accounts() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' or new.user_id is distinct from old.user_id then
    perform lethe.refuse_sign_in(new.user_id);
  end if;
  return null;
end
$function$;
comment on function lethe.guard_public_accounts() is 'Guard of public.accounts: no new row for a person who is leaving or gone.';
$define$);

call pg_temp.lethe_define('trigger lethe_guard on public.accounts', $define$
create or replace trigger lethe_guard
  after insert or update on public.accounts
  for each row
  execute function lethe.guard_public_accounts();
$define$);

call pg_temp.lethe_define('function lethe."freeze"()', $define$
create or replace function lethe."freeze"() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if (
    new.email is distinct from old.email
    or new.unconfirmed_email is distinct from old.unconfirmed_email
    or new.hashed_password is distinct from old.hashed_password
    or new.name is distinct from old.name
    or new.display_name is distinct from old.display_name
    or new.image is distinct from old.image
    or new.phone is distinct from old.phone
    or new.address is distinct from old.address
    or new.city is distinct from old.city
    or new.state is distinct from old.state
    or new.zip_code is distinct from old.zip_code
    or new.country is distinct from old.country
    or new.gender is distinct from old.gender
    or new.birth_date is distinct from old.birth_date
    or new.nationality is distinct from old.nationality
  )
  and lethe.is_finalised(old.id)
  and not lethe.is_executing(old.id) then
    perform lethe.refuse('LT011', old.id, 'this person was erased: personal columns can''t be written again',
      'Make a new row for a person who comes back.');
  end if;
  return null;
end
$function$;
comment on function lethe."freeze"() is 'Erased rows stay erased: refuses writes to personal columns of a finalised subject (LT011).';
$define$);

call pg_temp.lethe_define('trigger lethe_freeze on public.users', $define$
create or replace trigger lethe_freeze
  after update on public.users
  for each row
  when (old.deleted_at is not null and old.scheduled_deletion_at is null)
  execute function lethe.freeze();
$define$);

call pg_temp.lethe_define('function lethe.keep_marks()', $define$
create or replace function lethe.keep_marks() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  request lethe.deletion_request;
begin
  select r.* into request
  from lethe.deletion_request r
  where r.subject_id = new.id
  order by r.id desc
  limit 1;
  -- The marks say what the request says; rows that Lethe has nothing to do with are the application's own.
  if (
    (request.state in ('scheduled', 'executing', 'erased', 'completed') and new.deleted_at is null)
    or (request.state = 'scheduled' and new.scheduled_deletion_at is null)
    or (request.state in ('executing', 'erased', 'completed') and new.scheduled_deletion_at is not null)
  ) and not lethe.is_executing(new.id) then
    perform lethe.refuse('LT011', new.id, 'the marks of a departing person are Lethe''s',
      'Use lethe.schedule_deletion() and lethe.cancel_deletion().');
  end if;
  return null;
end
$function$;
comment on function lethe.keep_marks() is 'Nobody takes the marks off by hand while a request stands (LT011).';
$define$);

call pg_temp.lethe_define('trigger lethe_marks on public.users', $define$
create or replace trigger lethe_marks
  after update on public.users
  for each row
  when (old.deleted_at is not null
    and (new.deleted_at is null or new.scheduled_deletion_at is not null))
  execute function lethe.keep_marks();
$define$);

call pg_temp.lethe_define('function lethe.refuse_delete()', $define$
create or replace function lethe.refuse_delete() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set row_security = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  if not lethe.is_executing(old.id) then
    perform lethe.refuse('LT012', old.id, 'rows of public.users are not deleted directly',
      'People leave through lethe.schedule_deletion().');
  end if;
  return old;
end
$function$;
comment on function lethe.refuse_delete() is 'Direct DELETE of a subject is refused (LT012): it would leave accounts, files and customers behind.';
$define$);

call pg_temp.lethe_define('trigger lethe_no_delete on public.users', $define$
create or replace trigger lethe_no_delete
  before delete on public.users
  for each row
  execute function lethe.refuse_delete();
$define$);

call pg_temp.lethe_define('trigger lethe_no_truncate on public.users', $define$
create or replace trigger lethe_no_truncate
  before truncate on public.users
  for each statement
  execute function lethe.refuse_truncate();
$define$);

call pg_temp.lethe_define('constraint lethe_placeholder on public.users', $define$
-- NOT VALID: rows that are there already are not read while the table is locked.
alter table public.users add constraint lethe_placeholder check (
  deleted_at is not null
  or (lower(email::text) not like '%@deleted.invalid') is not false
) not valid;
comment on constraint lethe_placeholder on public.users is 'Addresses at deleted.invalid are for erased people alone.';
$define$);

-- =============================================================================
-- HIDING
-- What the application sees of people who are leaving or gone.
-- =============================================================================

call pg_temp.lethe_define('index public.users_lethe_hidden', $define$
create index if not exists users_lethe_hidden on public.users (id)
  where deleted_at is not null;
$define$);

call pg_temp.lethe_define('view public.active_users', $define$
-- security_invoker: the reader's own rights and policies hold. Named again each time, because replacing drops it.
create or replace view public.active_users with (security_invoker = true) as
select t.id,
       t.email,
       t.unconfirmed_email,
       t.hashed_password,
       t.name,
       t.display_name,
       t.image,
       t.phone,
       t.address,
       t.city,
       t.state,
       t.zip_code,
       t.country,
       t.gender,
       t.birth_date,
       t.nationality,
       t.locale,
       t.is_admin,
       t.created_at,
       t.updated_at
from public.users t
where t.deleted_at is null;
comment on view public.active_users is 'users: people who are not leaving or gone.';
grant select on public.active_users to app_user, app_admin;
$define$);

call pg_temp.lethe_define('policy lethe_hide on public.users', $define$
create policy lethe_hide on public.users
  as restrictive
  for all
  to app_user
  using (deleted_at is null);
$define$);

call pg_temp.lethe_define('policy lethe_allow on public.users', $define$
create policy lethe_allow on public.users
  as permissive
  for all
  to public
  using (true)
  with check (true);
$define$);

call pg_temp.lethe_define('row security on public.users', $define$
alter table public.users enable row level security;
$define$);

-- =============================================================================
-- THE TERMS IN FORCE
-- =============================================================================

do $marks$
begin
  if not exists (select from lethe.annotation a where a.marks is distinct from '"deleted_at" timestamp with time zone; "scheduled_deletion_at" timestamp with time zone') then
    return;
  end if;
  if exists (
    select
    from lethe.deletion_request r
    join public.users t on t.id = r.subject_id
    where r.state in ('scheduled', 'executing', 'erased', 'completed')
      and not (r.state in ('erased', 'completed') and r.strategy = 'hard_delete')
      and (t.deleted_at is null
      )
  ) then
    raise exception 'the marks are others than before, and people whose deletion is scheduled or done don''t carry them'
      using errcode = 'LT008',
            hint = 'Let the requests under way end first, and set the new mark on the rows of those who were erased.';
  end if;
end
$marks$;

insert into lethe.annotation as a (hash, strategies, grace_period, cancel_cooldown, options, drift, marks, legacy, effect_attempts, payload_retention, window_from, window_to, window_zone, request_attempts)
values ('b80d6c8da6ad879abd43ffd43342fa36ca0d44da0679bbf69887b260a90d5f9b', array['anonymize', 'hard_delete', 'soft_delete'], interval '14 days', interval '24 hours', '{"delete_content":false}'::jsonb, 'refuse', '"deleted_at" timestamp with time zone; "scheduled_deletion_at" timestamp with time zone', 'leave', 25, interval '90 days', null, null, 'UTC', 20)
on conflict (only_row) do update
set hash = excluded.hash,
    strategies = excluded.strategies,
    grace_period = excluded.grace_period,
    cancel_cooldown = excluded.cancel_cooldown,
    options = excluded.options,
    drift = excluded.drift,
    marks = excluded.marks,
    legacy = excluded.legacy,
    effect_attempts = excluded.effect_attempts,
    payload_retention = excluded.payload_retention,
    window_from = excluded.window_from,
    window_to = excluded.window_to,
    window_zone = excluded.window_zone,
    request_attempts = excluded.request_attempts
where a.hash <> excluded.hash or a.marks is distinct from excluded.marks;

insert into lethe.retention (table_name, key_columns, since, kept_for, basis)
values
  ('public.invoices', array['id'], 'issued_at', interval '7 years', 'legal_obligation')
on conflict do nothing;

-- =============================================================================
-- PRIVILEGES
-- Exactly these roles, and nobody else: whoever a default privilege let in is
-- put out again.
-- =============================================================================

call pg_temp.lethe_grant('schema lethe', 'usage', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.hidden_subjects', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.cancel_deletion(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.cancel_deletion_by_token(text)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.certificate(bigint)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.deletion_blockers(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.deletion_status(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.explain_deletion(uuid, lethe.strategy)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.explain_remaining(uuid, lethe.strategy)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.export_subject(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.is_deletion_scheduled(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.schedule_deletion(uuid, lethe.strategy, text, interval, jsonb)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.verify_events(bigint)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.within_cooldown(uuid)', 'execute', array['app_user', 'app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.continue_deletion(bigint)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.due_by_limit()', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.due_requests(integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.execute_deletion(uuid, boolean)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.execute_due_deletions(integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.execute_due_request(bigint)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.executing_requests()', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.in_window()', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.lag()', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.record_failure(bigint, text)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.retry_deletion(bigint)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.schedule_legacy(integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.take_event_counts()', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.residue_after(timestamptz, bigint, timestamptz, integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.claim_effects(text, integer, interval)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.close_effect(bigint, text)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.due_effects()', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.effect_status(bigint)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.finish_effects(jsonb)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.next_effect_at()', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.retry_effect(bigint)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.retry_effects(text, integer)', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.wipe_stale_payloads(integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.purge_due()', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.purge_retained(integer)', 'execute', array['app_worker']::name[]);
call pg_temp.lethe_grant('function lethe.differences()', 'execute', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.dead_letters', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.drift', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.effect_counts', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.overdue', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.pending', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.progress', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.request_counts', 'select', array['app_admin', 'app_worker']::name[]);
call pg_temp.lethe_grant('view lethe.retained_rows', 'select', array['app_admin', 'app_worker']::name[]);

call pg_temp.lethe_finish();

call pg_temp.lethe_verify_drift();
