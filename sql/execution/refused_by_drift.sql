-- object: function lethe.refused_by_drift()
create or replace function lethe.refused_by_drift() returns table (strategy text, table_name text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
begin
  if exists (select from lethe.annotation a where a.drift = 'refuse') then
    return query
    select s.strategy, min(d.table_name)
    from lethe.differences() d
    cross join lateral unnest(d.strategies) as s (strategy)
    where d.severity = 'error'
    group by s.strategy;
  end if;
end
$function$;
comment on function lethe.refused_by_drift() is
  'Strategies that touch a table which isn''t what the annotation knows, with the first such table.';
