-- object: function lethe.lift_blocks(integer)
create or replace function lethe.lift_blocks(max integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  waiting bigint[];
  blocked {{key}}[];
begin
  waiting := lethe.claim_blocked(max);
  if cardinality(waiting) = 0 then
    return;
  end if;
  blocked := lethe.blocked_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (waiting)
  ));
  -- Those that still wait go to the end of the queue, so that every one is looked at in turn.
  update lethe.deletion_request r
  set blocked_at = case when w.reason is not null then now() end,
      last_error = w.reason
  from (
    select q.id,
           case when q.subject_id = any (blocked) then 'LT003' else 'effect ' || lethe.missing_effect(q.id) end as reason
    from lethe.deletion_request q
    where q.id = any (waiting)
  ) w
  where r.id = w.id;
end
$function$;
comment on function lethe.lift_blocks(integer) is 'Looks again at requests that were blocked, and lets those go on whose block is gone.';
