-- object: function lethe.record_blocked(bigint[])
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
