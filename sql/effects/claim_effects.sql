-- object: function lethe.claim_effects(text, integer, interval)
-- roles: worker
create or replace function lethe.claim_effects(
  handler text,
  max integer,
  lease interval default '5 minutes'
) returns setof lethe.claimed_effect
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  claimed bigint[];
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 or lease is null or lease <= interval '0' then
    raise exception 'max must be at least 1, and lease longer than nothing' using errcode = 'invalid_parameter_value';
  end if;
  -- No lock but the effects' own is taken here, and none is waited for.
  claimed := array(
    select e.id
    from lethe.effect e
    where e.handler = handler
      and e.state in ('pending', 'delivering')
      and e.next_attempt_at <= now()
      -- A lease that is over is somebody else's turn; not one that settle_leases() ends.
      and (e.state = 'pending' or not (e.withdrawn or e.failures >= last_attempt))
    order by e.next_attempt_at
    limit max
    for update skip locked
  );
  -- The token of its own that a mail carries: made now, the same for all attempts, gone with the payload.
  update lethe.effect e
  set payload = replace(e.payload::text, e.token_place, n.token)::jsonb,
      token_hash = sha256(convert_to(n.token, 'UTF8')),
      token_place = null
  from (
    select t.id, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
    from lethe.effect t
    where t.id = any (claimed) and t.token_place is not null
    offset 0
  ) n
  where e.id = n.id;
  return query
  update lethe.effect e
  set state = 'delivering',
      attempts = e.attempts + 1,
      -- Whoever had it before died with it.
      failures = e.failures + (e.state = 'delivering')::integer,
      next_attempt_at = now() + lease
  where e.id = any (claimed)
  returning e.id, e.request_id, e.name, e.at, e.payload, e.idempotency_key, e.attempts;
end
$function$;
comment on function lethe.claim_effects(text, integer, interval) is
  'Hands up to max effects of one handler to a worker, each for the time of the lease; several workers may call it at once.
   What a worker doesn''t finish until then, because it was killed, is handed out again, under the same idempotency key.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
