-- object: function lethe.require_read_committed()
create or replace function lethe.require_read_committed() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Under REPEATABLE READ a statement after the lock still sees the world as it was before it,
  -- and a session that was opened meanwhile would survive.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    perform lethe.refuse('LT015', null,
      format('wrong isolation level: %s', current_setting('transaction_isolation')),
      'Call it in a READ COMMITTED transaction.');
  end if;
end
$function$;
comment on function lethe.require_read_committed() is 'LT015 unless the transaction is READ COMMITTED.';
