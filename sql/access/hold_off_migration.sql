-- object: function lethe.hold_off_migration(boolean)
create or replace function lethe.hold_off_migration(wait boolean) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Lethe goes from a person to their rows, a migration through the tables in an order of its own: they would lock each
  -- other out. The migration takes this lock alone, before anything else.
  if not wait then
    return pg_try_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  return true;
end
$function$;
comment on function lethe.hold_off_migration(boolean) is
  'To the end of this transaction no migration of Lethe begins; false where one is under way or waits, unless wait.';
