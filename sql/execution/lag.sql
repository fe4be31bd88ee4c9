-- object: function lethe.lag()
-- roles: admin worker
create or replace function lethe.lag() returns double precision
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
  -- Blocked requests wait for people and those that failed for their next attempt: neither is the worker's delay.
  select extract(epoch from greatest(now() - least(
    (
      select min(d.due_since) from lethe.due d
    ),
    (
      select min(s.due_since) from lethe.in_steps s
    ),
    now()
  ), interval '0'))::double precision;
$function$;
comment on function lethe.lag() is
  'How many seconds the worker is behind: the age of the oldest due request that waits for nothing but the worker.';
