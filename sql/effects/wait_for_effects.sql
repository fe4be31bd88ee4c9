-- object: function lethe.wait_for_effects(bigint[])
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
