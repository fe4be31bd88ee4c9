-- object: function lethe.require_operator()
create or replace function lethe.require_operator() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_service() and not lethe.is_admin() then
    perform lethe.refuse('LT005', null, 'only administrators and the worker may do this',
      'Call as one of access.admin or access.worker, or as the owner of the schema.');
  end if;
end
$function$;
comment on function lethe.require_operator() is 'LT005 unless the caller is an administrator, one of access.worker, or the owner.';
