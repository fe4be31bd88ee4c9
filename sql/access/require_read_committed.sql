-- object: function lethe.require_read_committed()
create or replace function lethe.require_read_committed() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_read_committed() then
    perform lethe.refuse('LT015', null,
      format('wrong isolation level: %s', current_setting('transaction_isolation')),
      'Call it in a READ COMMITTED transaction.');
  end if;
end
$function$;
comment on function lethe.require_read_committed() is 'LT015 unless the transaction is READ COMMITTED.';
