-- object: function lethe.column_differences()
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
  ), present as materialized (
    select r.table_name,
           a.attname::text as column_name,
           format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end as type
    from relation r
    join pg_attribute a on a.attrelid = r.relation and a.attnum > 0 and not a.attisdropped
  ), expected as materialized (
    select e.table_name,
           e.column_name,
           e.type || case when e.not_null then ' not null' else '' end as type,
           e.decision in ('keep', 'with the row') as may_change
    from lethe.annotated_column e
    where e.table_name in (select r.table_name from relation r)
  ), compared as materialized (
    select table_name, column_name, e.type as expected, p.type as found, e.may_change
    from present p
    full join expected e using (table_name, column_name)
    where e.type is distinct from p.type
  ), added as materialized (
    select a as name from lethe.added_objects() a
  )
  select c.table_name,
         c.column_name,
         'column',
         coalesce(c.expected, 'no such column'),
         coalesce(c.found, 'nothing'),
         case when cardinality(gravity.refused) > 0 then 'error' else 'warn' end,
         gravity.refused
  from compared c
  join relation r on r.table_name = c.table_name
  cross join lateral (
    select case
             when c.expected is null then r.survives
             when c.found is not null and c.may_change then '{}'
             else r.strategies
           end as refused
  ) gravity
  where c.expected is not null
    or not exists (
      select from added a where a.name = replace(format('column %s of %s', c.column_name, c.table_name), '"', '')
    );
end
$function$;
comment on function lethe.column_differences() is 'Tables and columns that are new, gone, or of another type.';
