-- object: function lethe.finish_execution(bigint[], text)
create or replace function lethe.finish_execution(requests bigint[], actor text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
  whole bigint[];
begin
  -- A deferred constraint would otherwise fail at COMMIT, after the erasure was reported.
  set constraints all immediate;

  with finished as (
    update lethe.deletion_request r
    set state = case when pending.effects then 'erased' else 'completed' end,
        executed_at = now(),
        completed_at = case when not pending.effects then now() end,
        executing_xact = null,
        preserved = null,
        cancel_token_hash = null,
        last_error = null,
        next_attempt_at = null
    from (
      select q.id,
             exists (
               select from lethe.effect e
               where e.request_id = q.id and e.state in ('pending', 'delivering', 'failed')
             ) as effects
      from unnest(requests) as q (id)
    ) pending
    where r.id = pending.id
    returning r.id, r.state
  )
  select coalesce(array_agg(f.id) filter (where f.state = 'completed'), '{}') into whole from finished f;

  -- What the person wrote is theirs, in requests they took back too; what an administrator wrote is the controller's.
  update lethe.deletion_request r
  set reason = null
  from lethe.deletion_request done
  where done.id = any (requests)
    and r.subject_id = done.subject_id
    and r.requested_by = r.subject_id::text
    and r.reason is not null;

  perform lethe.record_events(requests, 'executed', actor);
  perform lethe.record_events(whole, 'completed', actor);
  if cardinality(requests) > cardinality(whole) then
    -- There is work outside.
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: erased while effects are open, completed otherwise; wipes what was kept for cancel.';
