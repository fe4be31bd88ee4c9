-- object: function lethe.within_cooldown({{key}})
-- roles: app admin worker
create or replace function lethe.within_cooldown(subject {{key}}) returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
begin
  perform lethe.authorize(subject);
  return exists (
    select
    from lethe.deletion_request r, lethe.annotation a
    where r.subject_id = subject
      and r.state = 'cancelled'
      and lethe.later(r.cancelled_at, a.cancel_cooldown) > now()
  );
end
$function$;
comment on function lethe.within_cooldown({{key}}) is
  'Was a deletion cancelled so recently that schedule_deletion() refuses a new one? Errors: LT005 not allowed.';
