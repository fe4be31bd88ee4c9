-- object: function lethe.begin_change(boolean)
create or replace function lethe.begin_change(wait boolean) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  if not lethe.is_read_committed() then
    perform lethe.require_read_committed();
  end if;
  -- Lethe goes from a person to their rows, a migration through the tables in an order of its own: they would lock each
  -- other out. The migration takes this lock alone, before anything else.
  if not wait then
    return pg_try_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('lethe migration', 0));
  return true;
end
$function$;
comment on function lethe.begin_change(boolean) is
  'What begins every change of a person''s rows: LT015 unless READ COMMITTED, and to the end of this transaction no migration
   of Lethe begins. False where one is under way or waits, unless wait.';
