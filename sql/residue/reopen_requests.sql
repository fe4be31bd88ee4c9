-- object: function lethe.reopen_requests(text, bigint[], text)
create or replace function lethe.reopen_requests(strategy text, requests bigint[], table_name text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  open bigint[];
  subjects {{key}}[];
  since xid;
begin
  -- Requests first, then turns, then subjects, as everywhere; whoever is held right now is found again by the next look.
  open := array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests) and r.state in ('erased', 'completed')
    order by r.id
    for update skip locked
  );
  perform lethe.take_all_turns();
  subjects := lethe.lock_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (open)
  ), false);
  open := array(
    select r.id from lethe.deletion_request r where r.id = any (open) and r.subject_id = any (subjects)
  );
  if cardinality(open) = 0 then
    return 0;
  end if;
  perform lethe.record_events(open, 'residue_found', 'worker', jsonb_build_object('table', table_name));
  -- From here on it is an erasure in steps like any other, with its failures, its delays and its place in lethe.overdue.
  since := pg_snapshot_xmin(pg_current_snapshot())::xid;
  update lethe.deletion_request r
  set state = 'executing',
      effects_since = since,
      completed_at = null,
      attempts = 0,
      next_attempt_at = null,
      last_error = 'LT014 ' || table_name
  where r.id = any (open);
  perform lethe.start_running(subjects, since);
  -- What is outside for these rows goes with them, as it did for the others.
  call lethe.capture_late_effects(open);
  perform lethe.begin_in_steps(strategy, subjects);
  perform lethe.stop_running(subjects);
  return cardinality(open);
end
$function$;
comment on function lethe.reopen_requests(text, bigint[], text) is
  'Takes executed requests back to executing, because something was written for their subjects afterwards; continue_deletion() erases it.';
