-- object: function lethe.note_rows(text, text, text, bigint)
create or replace function lethe.note_rows(strategy text, table_name text, action text, rows bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  insert into lethe.erased_rows (xact, strategy, table_name, action, rows)
  select pg_current_xact_id(), $1, $2, $3, $4
  where $4 > 0;
$function$;
comment on function lethe.note_rows(text, text, text, bigint) is 'Counts what a statement of an erasure touched, for the event that reports it.';
