-- object: function lethe.mark_erased(bigint[])
create or replace function lethe.mark_erased(requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- Nobody else sees it before the transaction commits, and an error takes it back with everything else. That it is done
  -- first spares the request a second version.
  update lethe.deletion_request r
  set state = case when pending.effects then 'erased' else 'completed' end,
      executed_at = now(),
      completed_at = case when not pending.effects then now() end,
      executing_xact = pg_current_xact_id(),
      -- By these values rows of other tables are still to be found; finish_execution() wipes them.
      preserved = case when r.preserved ? 'matches' then jsonb_build_object('matches', r.preserved -> 'matches') end,
      cancel_token_hash = null,
      last_error = null,
      next_attempt_at = null
  from (
    select q.id,
           exists (
             select from lethe.effect e
             where e.request_id = q.id and e.state not in ('done', 'skipped')
           ) as effects
    from unnest(requests) as q (id)
  ) pending
  where r.id = pending.id;
end
$function$;
comment on function lethe.mark_erased(bigint[]) is
  'Takes requests to the state that they have once this transaction commits: erased while effects are open, completed otherwise.';
