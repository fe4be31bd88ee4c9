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
