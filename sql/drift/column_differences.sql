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
