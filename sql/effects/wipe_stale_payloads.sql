-- object: function lethe.wipe_stale_payloads(integer)
-- roles: worker
create or replace function lethe.wipe_stale_payloads(max integer default 10000) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  oldest constant timestamptz := (select now() - a.payload_retention from lethe.annotation a);
  stale bigint[];
  given_up lethe.effect[];
  wiped integer;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  stale := array(
    select e.id
    from lethe.effect e
    where e.state in ('pending', 'failed')
      and e.payload is not null
      and greatest(e.created_at, e.deliver_after) < oldest
    limit max
  );
  if cardinality(stale) = 0 then
    return 0;
  end if;
  perform
  from lethe.deletion_request r
  where r.id = any (array(select e.request_id from lethe.effect e where e.id = any (stale)))
  order by r.id
  for update;

  -- What was never delivered in all that time won't be: it shows as a dead letter from now on.
  with ended as (
    update lethe.effect e
    set state = 'failed',
        payload = null,
        next_attempt_at = null,
        last_error = 'expired'
    where e.id = any (stale) and e.state = 'pending'
    returning e
  )
  select coalesce(array_agg(d.e), '{}') into given_up from ended d;
  update lethe.effect e
  set payload = null
  where e.id = any (stale) and e.state = 'failed' and e.payload is not null;
  get diagnostics wiped = row_count;
  perform lethe.settle_effects(given_up);
  return wiped + cardinality(given_up);
end
$function$;
comment on function lethe.wipe_stale_payloads(integer) is
  'Wipes the payloads of effects that were not delivered in the time that lifecycle.payloadRetention allows; the worker calls
   it each day. They stay visible as dead letters, and can''t be retried. Returns how many, at most max.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
