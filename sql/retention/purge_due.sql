-- object: function lethe.purge_due()
-- roles: worker
create or replace function lethe.purge_due() returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  perform lethe.require_service();
  return exists (
    select from lethe.retained r where greatest(r.purge_after, r.next_attempt_at) <= now()
  );
end
$function$;
comment on function lethe.purge_due() is 'Is there anything for purge_retained() to do now? Errors: LT005 not allowed.';
