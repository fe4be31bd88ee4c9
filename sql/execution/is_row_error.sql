-- object: function lethe.is_row_error(text)
create or replace function lethe.is_row_error(sqlstate text) returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  -- Data exceptions, constraint violations, Lethe's own errors, RAISE of a trigger: errors of a row, not of the server.
  select left($1, 2) in ('22', '23', 'LT') or $1 = 'P0001';
$function$;
comment on function lethe.is_row_error(text) is 'Does the error belong to somebody''s rows, so that the others of the batch can go on without them?';
