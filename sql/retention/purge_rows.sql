-- object: function lethe.purge_rows(integer, lethe.retained[], integer)
create or replace function lethe.purge_rows(retention integer, entries lethe.retained[], failures_left integer) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  terms lethe.retention;
  seen lethe.purge_outcome[];
  half constant integer := cardinality(entries) / 2;
  outcome lethe.execution;
  other lethe.execution;
  code text;
  schema_name text;
  table_name text;
  constraint_name text;
begin
  if cardinality(entries) = 0 then
    return (0, 0, 0, 0)::lethe.execution;
  elsif failures_left <= 0 then
    -- Too much has been rolled back already: the rest comes with the next call but one.
    update lethe.retained r
    set next_attempt_at = now() + interval '1 hour'
    where r.ctid = any (lethe.retained_places(retention, entries));
    return (0, 0, 0, 0)::lethe.execution;
  end if;
  select n.* into strict terms from lethe.retention n where n.id = retention;
  begin
    set constraints all deferred;
    seen := array(
      select (o.request_id, o.row_key, o.outcome, o.purge_after)::lethe.purge_outcome
      from lethe.purge_from(terms, entries) o
    );
    -- A deferred constraint would otherwise fail at COMMIT, after the purge was reported.
    set constraints all immediate;
    return (lethe.record_purge(terms, seen), 0, 0, 0)::lethe.execution;
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      -- Nobody's fault: the whole piece is tried again a little later.
      update lethe.retained r
      set next_attempt_at = now() + interval '1 minute'
      where r.ctid = any (lethe.retained_places(retention, entries));
      return (0, 0, 0, 0)::lethe.execution;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        schema_name = schema_name,
        table_name = table_name,
        constraint_name = constraint_name;
      -- 42: the table isn't what it was. The others' turn comes all the same.
      if not lethe.is_row_error(code) and left(code, 2) <> '42' then
        raise;
      end if;
  end;

  if cardinality(entries) = 1 or left(code, 2) = '42' then
    perform lethe.postpone_purge(retention, entries, lethe.error_text(code, schema_name, table_name, constraint_name));
    return (0, 1, 0, 0)::lethe.execution;
  end if;
  -- Some row can't go: halve the piece until that one stands alone.
  outcome := lethe.purge_rows(retention, entries[:half], failures_left);
  other := lethe.purge_rows(retention, entries[half + 1:], failures_left - outcome.failed);
  return (outcome.executed + other.executed, outcome.failed + other.failed, 0, 0)::lethe.execution;
end
$function$;
comment on function lethe.purge_rows(integer, lethe.retained[], integer) is
  'Purges entries of one retention; on an error splits them until the row that can''t go stands alone.
   failures_left bounds the rolled-back work of one call.';
