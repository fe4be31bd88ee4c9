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
  perform pg_temp.lethe_verify_privileges();

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
