-- object: function lethe.is_row_error(text)
create or replace function lethe.is_row_error(sqlstate text) returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  -- Data exceptions, constraint violations, Lethe's own errors, whatever a trigger raises, with a SQLSTATE of the
  -- application's too: one person's row must not hold up everybody else's erasure. Not: connections, privileges,
  -- schema, locks, resources, time-outs, the server itself; they would be the same for everybody.
  select left($1, 2) <> all (array[
    '08', '0A', '0B', '0L', '0P', '24', '25', '26', '28', '2B', '2D', '34', '3B', '3D', '3F',
    '40', '42', '53', '54', '55', '57', '58', 'F0', 'HV', 'XX'
  ]);
$function$;
comment on function lethe.is_row_error(text) is 'Does the error belong to somebody''s rows, so that the others of the batch can go on without them?';
