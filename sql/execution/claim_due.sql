-- object: function lethe.claim_due(integer)
create or replace function lethe.claim_due(max integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- In the order of the index, however few requests the planner believes to be scheduled: it would read and sort all of them.
set enable_bitmapscan = off
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  -- The due check is under the request's lock; what another worker has claimed is skipped.
  return array(
    select d.request_id
    from lethe.due d
    order by d.due_since
    limit max
    for update skip locked
  );
end
$function$;
comment on function lethe.claim_due(integer) is 'Locks up to max requests that are due, the longest due first.';
