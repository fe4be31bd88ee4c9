-- object: function lethe.take_turns(text)
create or replace function lethe.take_turns(table_name text) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  select pg_advisory_xact_lock(hashtextextended('lethe ' || $1, 0));
$function$;
comment on function lethe.take_turns(text) is
  'Held to the end of the transaction for tables whose rows belong to two people: workers would lock them crosswise.';
