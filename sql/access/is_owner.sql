-- object: function lethe.is_owner()
create or replace function lethe.is_owner() returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return pg_has_role(lethe.calling_role(), (select n.nspowner from pg_namespace n where n.nspname = 'lethe'), 'usage');
end
$function$;
comment on function lethe.is_owner() is 'Does the caller have the rights of the role that owns the schema?';
