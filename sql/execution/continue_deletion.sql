-- object: function lethe.continue_deletion(bigint)
-- roles: worker
create or replace function lethe.continue_deletion(request bigint) returns text
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
  target lethe.deletion_request;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  perform lethe.require_service();
  if not lethe.begin_change(wait => false) then
    return 'waiting';
  end if;
  select r.* into target
  from lethe.deletion_request r
  where r.id = request
  for update skip locked;
  if not found then
    -- Another worker has it.
    return 'waiting';
  elsif target.state <> 'executing' then
    return target.state;
  elsif target.next_attempt_at > now() or cardinality(lethe.hold_drifted(array[request])) = 0 then
    return 'waiting';
  end if;
  begin
    return lethe.execute_step(request, 'worker');
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      update lethe.deletion_request r
      set next_attempt_at = now() + interval '5 seconds'
      where r.id = request;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      if not lethe.is_row_error(code) then
        raise;
      end if;
      perform lethe.record_failure(request, lethe.error_text(code, schema_name, table_name, constraint_name));
  end;
  return 'waiting';
end
$function$;
comment on function lethe.continue_deletion(bigint) is
  'One more step of an erasure that goes in steps. Returns executing (call again), waiting (later), or the state reached.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
