-- object: function lethe.milliseconds(double precision)
create or replace function lethe.milliseconds(count double precision) returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  -- Nobody is asked to come back in a year.
  select least(greatest($1, 0), 604800000) * interval '1 millisecond';
$function$;
comment on function lethe.milliseconds(double precision) is 'So many milliseconds as an interval, at most seven days; null for null.';
