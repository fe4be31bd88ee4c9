-- object: function lethe.settle_leases()
create or replace function lethe.settle_leases() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  requests bigint[];
  settled lethe.effect[];
begin
  requests := array(
    select e.request_id
    from lethe.effect e
    where e.state = 'delivering'
      and e.next_attempt_at <= now()
      and (e.withdrawn or e.failures >= last_attempt)
    limit 1000
  );
  if cardinality(requests) = 0 then
    return;
  end if;
  requests := array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests)
    order by r.id
    for update skip locked
  );
  with ended as (
    update lethe.effect e
    set state = case when e.withdrawn then 'skipped' else 'failed' end,
        failures = e.failures + 1,
        payload = case when not e.withdrawn then e.payload end,
        finished_at = case when e.withdrawn then now() end,
        next_attempt_at = null,
        last_error = 'lease expired'
    where e.request_id = any (requests)
    and e.state = 'delivering'
      and e.next_attempt_at <= now()
      and (e.withdrawn or e.failures >= last_attempt)
    returning e
  )
  select coalesce(array_agg(d.e), '{}') into settled from ended d;
  perform lethe.settle_effects(settled);
end
$function$;
comment on function lethe.settle_leases() is
  'Ends effects whose worker died with them and that aren''t tried again: withdrawn ones, and those at their last attempt.';
