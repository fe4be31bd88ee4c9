-- object: function lethe.claim_blocked(integer)
create or replace function lethe.claim_blocked(max integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
-- As in claim_due().
set enable_bitmapscan = off
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  return array(
    select r.id
    from lethe.deletion_request r
    where r.state = 'scheduled' and r.blocked_at is not null
    order by r.blocked_at
    limit max
    for update skip locked
  );
end
$function$;
comment on function lethe.claim_blocked(integer) is 'Locks up to max requests that wait aside, the longest not looked at first.';
