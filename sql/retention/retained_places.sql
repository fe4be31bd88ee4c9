-- object: function lethe.retained_places(integer, lethe.retained[])
create or replace function lethe.retained_places(retention integer, entries lethe.retained[]) returns tid[]
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  -- Each entry by its whole key, whatever the planner knows of the table: joined, the entries could be compared each with each.
  select array(
    select k.place
    from unnest($2) e
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = e.request_id and k.retention_id = $1 and k.row_key = e.row_key
      offset 0
    ) k
  );
$function$;
comment on function lethe.retained_places(integer, lethe.retained[]) is
  'Where these entries lie (ctid), for a caller who holds them locked.';
