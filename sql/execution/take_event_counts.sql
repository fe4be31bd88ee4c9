-- object: function lethe.take_event_counts()
-- roles: worker
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
