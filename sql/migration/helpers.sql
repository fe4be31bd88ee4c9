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
  part := regexp_match(object, '^(?:view|index) (.*)$');
  if part is not null then
    return to_regclass(part[1]) is not null;
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

-- Did Lethe add it? A second Lethe, for another kind of subject, may have: its schema looks like this one.
create or replace function pg_temp.lethe_added(object text) returns boolean
language plpgsql as $helper$
declare
  list regclass;
  found_there boolean;
begin
  for list in
    select c.oid
    from pg_class c
    where c.relname = 'object'
      and c.relkind = 'r'
      and exists (select from pg_class s where s.relnamespace = c.relnamespace and s.relname = 'annotated_column')
  loop
    execute format('select exists (select from %s o where o.name = $1)', list) into found_there using object;
    if found_there then
      return true;
    end if;
  end loop;
  return false;
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
  with expected as (
    select c.table_name, c.column_name, c.type, c.not_null from lethe.annotated_column c
  ), present as (
    select n.nspname || '.' || r.relname as table_name,
           a.attname as column_name,
           format_type(a.atttypid, a.atttypmod) as type,
           a.attnotnull as not_null,
           format('column %I of %I.%I', a.attname, n.nspname, r.relname) as object
    from pg_attribute a
    join pg_class r on r.oid = a.attrelid
    join pg_namespace n on n.oid = r.relnamespace
    where a.attnum > 0
      and not a.attisdropped
      and r.relkind in ('r', 'p', 'f')
      and exists (select from expected e where e.table_name = n.nspname || '.' || r.relname)
  ), difference as (
    select e.table_name || '.' || e.column_name || ': expected ' || e.type
           || case when e.not_null then ' not null' else '' end || ', found '
           || coalesce(p.type || case when p.not_null then ' not null' else '' end, 'nothing') as line
    from expected e
    left join present p using (table_name, column_name)
    where p.type is distinct from e.type or p.not_null is distinct from e.not_null
    union all
    select p.table_name || '.' || p.column_name || ': nobody decided this column'
    from present p
    where not exists (
        select from expected e where e.table_name = p.table_name and e.column_name = p.column_name
      )
      and p.object <> all (marks)
      and not pg_temp.lethe_added(p.object)
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

  -- The functions run with their owner's rights: an owner without rights on a table would erase nothing there.
  select min(t.table_name) into differences
  from lethe.annotated_table t
  join pg_namespace n on n.nspname = split_part(t.table_name, '.', 1)
  join pg_class r on r.relnamespace = n.oid and n.nspname || '.' || r.relname = t.table_name
  where t.class <> 'keep' and not pg_has_role(current_user, r.relowner, 'usage');
  if differences is not null then
    raise exception 'this migration must run as the owner of %, or as an inheriting member of its owner', differences
      using errcode = 'insufficient_privilege',
            hint = 'Run it as the role that owns all annotated tables.';
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
