-- object: function lethe.cancel_request(bigint, text)
create or replace function lethe.cancel_request(request bigint, actor text) returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  -- The caller holds the request's row; the subject's comes second, as everywhere.
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  perform lethe.lock_subject(target.subject_id);
  update lethe.deletion_request r
  set state = 'cancelled',
      cancelled_at = now(),
      preserved = null,
      cancel_token_hash = null,
      next_attempt_at = null,
      blocked_at = null
  where r.id = request;
  perform lethe.let_back_in(target.subject_id, target.preserved);
  perform lethe.record_events(array[request], 'cancelled', actor);
  perform lethe.withdraw_effects(array[request], array['schedule', 'before']);
  call lethe.capture_cancel_effects(array[request]);
  perform pg_notify('lethe', '');
  return now();
end
$function$;
comment on function lethe.cancel_request(bigint, text) is 'Takes back a scheduled request that the caller has locked.';
