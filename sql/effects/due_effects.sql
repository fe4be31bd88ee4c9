-- object: function lethe.due_effects()
-- roles: worker
create or replace function lethe.due_effects() returns table (handler text, due bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
  perform lethe.require_service();
  perform lethe.settle_leases();
  -- From handler to handler through the index, however many effects each of them has.
  return query
  with recursive handlers (handler) as (
    (
      select e.handler
      from lethe.effect e
      where e.state in ('pending', 'delivering')
      order by e.handler
      limit 1
    )
    union all
    select (
      select e.handler
      from lethe.effect e
      where e.state in ('pending', 'delivering') and e.handler > h.handler
      order by e.handler
      limit 1
    )
    from handlers h
    where h.handler is not null
  )
  select h.handler, n.due
  from handlers h
  cross join lateral (
    select count(*) as due
    from (
      select
      from lethe.effect e
      where e.handler = h.handler
        and e.state in ('pending', 'delivering')
        and e.next_attempt_at <= now()
      limit 1000
    ) counted
  ) n
  where n.due > 0;
end
$function$;
comment on function lethe.due_effects() is
  'Handlers that have something to deliver now, and how much (counted up to 1,000). Errors: LT005 not allowed.';
