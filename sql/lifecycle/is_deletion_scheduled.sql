-- object: function lethe.is_deletion_scheduled({{key}})
-- roles: app admin worker
create or replace function lethe.is_deletion_scheduled(subject {{key}}) returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
  select (lethe.deletion_status(subject)).status = 'scheduled';
$function$;
comment on function lethe.is_deletion_scheduled({{key}}) is 'Is the person in the grace period? Errors: LT005 not allowed.';
