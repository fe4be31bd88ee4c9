-- object: function lethe.in_window()
-- roles: admin worker
create or replace function lethe.in_window() returns boolean
language plpgsql
stable
-- The views that ask are read by operators, who may not read the terms.
security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
  terms lethe.annotation;
  clock time;
begin
  select a.* into strict terms from lethe.annotation a;
  if terms.window_from is null then
    return true;
  end if;
  clock := (now() at time zone terms.window_zone)::time;
  return case
    when terms.window_from < terms.window_to then clock >= terms.window_from and clock < terms.window_to
    -- Over midnight.
    else clock >= terms.window_from or clock < terms.window_to
  end;
end
$function$;
comment on function lethe.in_window() is 'May the worker execute now, by the annotation''s lifecycle.window?';
