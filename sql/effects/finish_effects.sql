-- object: function lethe.finish_effects(jsonb)
-- roles: worker
create or replace function lethe.finish_effects(results jsonb) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  last_attempt constant integer := (select a.effect_attempts - 1 from lethe.annotation a);
  given lethe.effect_result[];
  settled lethe.effect[];
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  given := array(
    select (g.effect, g.attempt, g.state, g.code, g.retry_after_ms, g.receipt)::lethe.effect_result
    from jsonb_to_recordset(results) as g (
      effect bigint, attempt integer, state text, code text, retry_after_ms double precision, receipt jsonb
    )
  );
  if exists (
    select from unnest(given) g
    where g.effect is null
      or g.attempt is null
      or coalesce(g.state, '') <> all (array['done', 'skipped', 'retry', 'failed', 'unavailable'])
  ) then
    raise exception 'a result names no effect, no attempt, or an unknown state'
      using errcode = 'invalid_parameter_value',
            hint = '[{"effect": 1, "attempt": 1, "state": "done"}]; done, skipped, retry, failed or unavailable.';
  end if;

  -- Requests first, in their order: two workers that finish effects of the same ones take turns, and the later one sees
  -- what the earlier one did.
  perform
  from lethe.deletion_request r
  where r.id = any (array(
    select e.request_id from lethe.effect e where e.id = any (array(select g.effect from unnest(given) g))
  ))
  order by r.id
  for update;

  with judged as (
    select g.*,
           case
             when g.state in ('done', 'skipped') then g.state
             when e.withdrawn then 'skipped'
             when g.state = 'failed' or (g.state = 'retry' and e.failures >= last_attempt) then 'failed'
             else 'pending'
           end as becomes
    from unnest(given) g
    join lethe.effect e on e.id = g.effect
  ), finished as (
    update lethe.effect e
    set state = j.becomes,
        failures = e.failures + (j.state in ('retry', 'failed'))::integer,
        payload = case when j.becomes in ('pending', 'failed') then e.payload end,
        receipt = case when j.becomes in ('done', 'skipped') then coalesce(j.receipt, '{}') end,
        finished_at = case when j.becomes in ('done', 'skipped') then now() end,
        last_error = case
          when j.state in ('done', 'skipped') then null
          when j.code is null then e.last_error
          else lethe.error_code(j.code)
        end,
        next_attempt_at = case
          when j.becomes <> 'pending' then null
          when j.state = 'unavailable' then now() + lethe.milliseconds(coalesce(j.retry_after_ms, 1000))
          else now() + greatest(lethe.retry_delay(e.failures + 1), lethe.milliseconds(j.retry_after_ms))
        end
    from judged j
    where e.id = j.effect
      -- Not what somebody else has claimed since, or what has ended.
      and e.state = 'delivering'
      and e.attempts = j.attempt
    returning e
  )
  select coalesce(array_agg(f.e), '{}') into settled from finished f;
  perform lethe.settle_effects(settled);
  return cardinality(settled);
end
$function$;
comment on function lethe.finish_effects(jsonb) is
  'Takes down what became of claimed effects: an array of {"effect", "attempt", "state", "code", "retry_after_ms", "receipt"}.
   state: done, skipped (there was nothing to do), retry (failed in passing; counts, and waits longer each time, at least
   retry_after_ms), failed (for good: a dead letter), unavailable (not tried; counts nothing). code: short, never a message.
   Payloads are wiped on done and skipped. The last effect of an erased request completes it in the same transaction.
   Returns how many it took; results of a claim that is no longer the latest are passed over.
   Errors: LT005 not allowed, LT015 wrong isolation level, 22023 a result that can''t be read.';
