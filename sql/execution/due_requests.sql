-- object: function lethe.due_requests(integer)
-- roles: worker
create or replace function lethe.due_requests(max integer default 500) returns setof bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  -- In the order in which execute_due_deletions() claims them.
  return query
  select d.request_id
  from lethe.due d
  order by d.due_since
  limit $1;
end
$function$;
comment on function lethe.due_requests(integer) is 'Requests that are due, the oldest first. Errors: LT005 not allowed.';
