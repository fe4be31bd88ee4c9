-- object: function lethe.put_back(bigint[])
create or replace function lethe.put_back(effects bigint[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  actor constant text := case when lethe.is_service() then 'service' else 'admin' end;
  pending lethe.effect[];
begin
  with restored as (
    update lethe.effect e
    set state = 'pending',
        failures = 0,
        next_attempt_at = case when not lethe.is_held(e.request_id, e.after) then greatest(e.deliver_after, now()) end
    where e.id = any (effects)
      and e.state = 'failed'
      and e.payload is not null
    returning e
  )
  select coalesce(array_agg(r.e), '{}') into pending from restored r;
  perform lethe.record_events(d.requests, 'effect_retried', actor, jsonb_build_object('effect', d.name, 'count', d.count))
  from (
    select n.name, n.count, array_agg(n.request_id order by n.request_id) as requests
    from (
      select p.request_id, p.name, count(*) as count
      from unnest(pending) p
      group by p.request_id, p.name
    ) n
    group by n.name, n.count
  ) d;
  if cardinality(pending) > 0 then
    perform pg_notify('lethe', '');
  end if;
  return cardinality(pending);
end
$function$;
comment on function lethe.put_back(bigint[]) is 'Makes dead letters pending again. The caller holds the requests'' locks.';
