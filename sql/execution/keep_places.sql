-- object: function lethe.keep_places(bigint, integer, tid[])
create or replace function lethe.keep_places(request bigint, operation integer, places tid[]) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_variable
begin
  insert into lethe.found_rows (request_id, operation, places)
  select request, operation, array_agg(p.place)
  from unnest(places) with ordinality as p (place, n)
  group by (p.n - 1) / 1000
  order by min(p.n);
  return found;
end
$function$;
comment on function lethe.keep_places(bigint, integer, tid[]) is
  'Writes down places in pieces of 1,000, for take_places(). False where there are none.';
