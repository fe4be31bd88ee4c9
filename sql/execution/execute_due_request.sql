-- object: function lethe.execute_due_request(bigint)
-- roles: worker
create or replace function lethe.execute_due_request(request bigint) returns lethe.execution
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
  if not lethe.begin_change(wait => false) then
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  claimed := array(
    select d.request_id
    from lethe.due d
    where d.request_id = request
    for update skip locked
  );
  ready := lethe.hold_drifted(claimed);
  outcome := lethe.execute_requests(ready, 1);
  outcome.blocked := outcome.blocked + cardinality(claimed) - cardinality(ready);
  return outcome;
end
$function$;
comment on function lethe.execute_due_request(bigint) is
  'What execute_due_deletions() does, for one request: after a time-out the worker finds out whose it was.
   Nothing happens when the request isn''t due or another worker has it.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
