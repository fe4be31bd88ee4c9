-- object: function lethe.executing_requests()
-- roles: worker
create or replace function lethe.executing_requests() returns setof bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return query
  select s.request_id
  from lethe.in_steps s
  order by s.request_id
  limit 1000;
end
$function$;
comment on function lethe.executing_requests() is 'Requests whose erasure goes in steps and isn''t done. Errors: LT005 not allowed.';
