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

  update lethe.deletion_request r
  set preserved = null
  where r.id = any (requests) and r.preserved is not null;

  -- What the person wrote is theirs, in requests they took back too; what an administrator wrote is the controller's.
  update lethe.deletion_request r
  set reason = null
  from lethe.deletion_request done
  where done.id = any (requests)
    and r.subject_id = done.subject_id
    and r.requested_by = r.subject_id::text
    and r.reason is not null;

  whole := array(
    select r.id from lethe.deletion_request r where r.id = any (requests) and r.state = 'completed'
  );
  perform lethe.record_events(requests, 'executed', actor);
  perform lethe.record_events(whole, 'completed', actor);
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: checks deferred constraints, wipes what was kept for cancel, records events.';
