-- object: function lethe.next_effect_at()
-- roles: worker
create or replace function lethe.next_effect_at() returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return (
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
    select min((
      select min(e.next_attempt_at)
      from lethe.effect e
      where e.handler = h.handler
        and e.state in ('pending', 'delivering')
        and e.next_attempt_at > now()
    ))
    from handlers h
  );
end
$function$;
comment on function lethe.next_effect_at() is
  'The first moment after now at which another effect can be claimed, a lease that is over among them; null when there is
   none. What can be claimed already is in due_effects(): asked in the same transaction, the two leave no gap.
   Errors: LT005 not allowed.';
