-- object: function lethe.execute_requests(bigint[], integer)
create or replace function lethe.execute_requests(requests bigint[], failures_left integer) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
declare
  outcome lethe.execution;
  other lethe.execution;
  half integer;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  if cardinality(requests) = 0 or failures_left <= 0 then
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  begin
    return lethe.erase(requests, 'worker');
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      -- Nobody's fault: the whole piece is tried again a little later.
      update lethe.deletion_request r
      set next_attempt_at = now() + interval '5 seconds'
      where r.id = any (requests);
      return (0, 0, 0, 0)::lethe.execution;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      if not lethe.is_row_error(code) then
        raise;
      end if;
  end;

  if cardinality(requests) = 1 then
    perform lethe.record_failure(requests[1], lethe.error_text(code, schema_name, table_name, constraint_name));
    return (0, 1, 0, 0)::lethe.execution;
  end if;

  -- Somebody's rows can't be erased: halve the piece until that one stands alone.
  half := cardinality(requests) / 2;
  outcome := lethe.execute_requests(requests[:half], failures_left);
  other := lethe.execute_requests(requests[half + 1:], failures_left - outcome.failed);
  return (outcome.executed + other.executed, outcome.failed + other.failed, outcome.blocked + other.blocked, 0)::lethe.execution;
end
$function$;
comment on function lethe.execute_requests(bigint[], integer) is
  'Erases a piece of a batch; on an error that belongs to somebody''s rows splits it until that subject stands alone.
   failures_left bounds the rolled-back work of one call.';
