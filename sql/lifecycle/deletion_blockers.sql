-- object: function lethe.deletion_blockers({{key}})
-- roles: app admin worker
create or replace function lethe.deletion_blockers(subject {{key}})
returns table (code text, message text, count bigint, blocking boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  perform lethe.authorize(subject);
  return query
  select b.code, b.message, b.count, b.blocking
  from lethe.count_blockers(subject) b
  where b.count > 0;
end
$function$;
comment on function lethe.deletion_blockers({{key}}) is
  'What stands in the way of a person''s deletion, and what is only counted (blocking = false).
   Errors: LT005 not allowed.';
