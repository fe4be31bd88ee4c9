-- object: function lethe.take_places(bigint, integer)
create or replace function lethe.take_places(request bigint, at_most integer) returns lethe.places
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  taken lethe.places;
begin
  with taken as (
    delete from lethe.found_rows f
    where f.request_id = request
      and f.id = any (array(
        select g.id from lethe.found_rows g where g.request_id = request order by g.id limit greatest(at_most / 1000, 1)
      ))
    returning f.operation, f.places
  )
  -- All that is written down at one time is one statement's.
  select min(t.operation), array_agg(p.place) into taken
  from taken t
  cross join unnest(t.places) as p (place);
  return taken;
end
$function$;
comment on function lethe.take_places(bigint, integer) is
  'Takes the next places of an erasure in steps from the list; null where the list is at its end.';
