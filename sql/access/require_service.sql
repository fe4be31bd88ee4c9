-- object: function lethe.require_service()
create or replace function lethe.require_service() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_service() then
    perform lethe.refuse('LT005', null, 'only the worker may do this',
      'Call as one of access.worker, or as the owner of the schema.');
  end if;
end
$function$;
comment on function lethe.require_service() is 'LT005 unless the caller is one of access.worker or the owner.';
