-- object: function lethe.differences()
-- roles: admin worker
create or replace function lethe.differences() returns setof lethe.difference
language plpgsql
stable
security definer
-- Nothing else on the path: types then print as they did when the snapshot was taken.
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
begin
  return query
  select * from lethe.column_differences()
  union all
  select * from lethe.foreign_key_differences()
  union all
  select * from lethe.index_differences()
  union all
  select * from lethe.trigger_differences()
  union all
  select * from lethe.own_differences()
  union all
  select * from lethe.access_differences();
end
$function$;
comment on function lethe.differences() is 'What lethe.drift shows.';
