-- object: function lethe.refused_by_drift()
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
