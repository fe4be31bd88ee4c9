-- object: function lethe.purge_retained(integer)
-- roles: worker
create or replace function lethe.purge_retained(max integer default 5000) returns bigint
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
  claimed lethe.retained[];
  retention integer;
  outcome lethe.execution;
  purged bigint := 0;
  failures_left integer := 20;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  claimed := array(
    select r
    from lethe.retained r
    where greatest(r.purge_after, r.next_attempt_at) <= now()
    order by greatest(r.purge_after, r.next_attempt_at)
    limit max
    for update skip locked
  );
  if cardinality(claimed) = 0 then
    return 0;
  end if;
  -- Their events are numbered under the requests' locks; rows come last, as everywhere.
  perform
  from lethe.deletion_request q
  where q.id = any (array(select e.request_id from unnest(claimed) e))
  order by q.id
  for update;
  for retention in
    select n.id
    from lethe.retention n
    where n.id = any (array(select e.retention_id from unnest(claimed) e))
    -- Rows that refer to others before the rows that they refer to.
    order by array_position(lethe.retained_tables(), n.table_name) nulls last, n.id
  loop
    outcome := lethe.purge_rows(
      retention,
      array(select e from unnest(claimed) e where e.retention_id = retention),
      failures_left
    );
    purged := purged + outcome.executed;
    failures_left := failures_left - outcome.failed;
  end loop;
  return purged;
end
$function$;
comment on function lethe.purge_retained(integer) is
  'Deletes up to max rows of erased people whose time of retention is over; several workers may call it at once.
   A row goes only where it is still the erased person''s or nobody''s, and its date, looked at again, is still over.
   What can''t be deleted is put back with a growing delay and holds up nothing else.
   Returns how many rows were deleted. Errors: LT005 not allowed, LT015 wrong isolation level.';
