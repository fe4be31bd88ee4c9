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
  select r.id
  from lethe.deletion_request r
  where r.state = 'scheduled'
    and r.blocked_at is null
    and greatest(r.scheduled_for, r.next_attempt_at) <= now()
  order by greatest(r.scheduled_for, r.next_attempt_at)
  limit $1;
end
$function$;
comment on function lethe.due_requests(integer) is 'Requests that are due, the oldest first. Errors: LT005 not allowed.';
