-- object: function lethe.execute_due_deletions(integer)
-- roles: worker
create or replace function lethe.execute_due_deletions(max integer default 500) returns lethe.execution
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  claimed bigint[];
  ready bigint[];
  outcome lethe.execution;
begin
  perform lethe.require_service();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  if not lethe.begin_change(wait => false) then
    -- Nobody's fault: seconds later it is over.
    return (0, 0, 0, (select count(*) from (select from lethe.due limit 1000) counted))::lethe.execution;
  end if;
  perform lethe.lift_blocks(max);

  claimed := lethe.claim_due(max);
  claimed := lethe.cut_to_size(claimed, 100000);
  ready := lethe.hold_drifted(claimed);
  outcome := lethe.execute_requests(ready, 20);
  outcome.blocked := outcome.blocked + cardinality(claimed) - cardinality(ready);

  outcome.remaining := (
    select count(*)
    from (
      select from lethe.due limit 1000
    ) counted
  );
  return outcome;
end
$function$;
comment on function lethe.execute_due_deletions(integer) is
  'Erases up to max subjects that are due, in one transaction, one statement a table; several workers may call it at once.
   Fewer where they have more than 100,000 rows together, by the planner''s estimate.
   A subject with very many rows comes back as executing: continue_deletion() does the rest in steps.
   Requests whose strategy touches a drifted table are put back (LT009) and count as blocked.
   Returns how many were executed, failed, blocked, and how many due ones remain (counted up to 1,000).
   Errors: LT005 not allowed, LT015 wrong isolation level.';
