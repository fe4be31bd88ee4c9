-- object: function lethe.is_held(bigint, text[])
create or replace function lethe.is_held(request bigint, names text[]) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return exists (
    select from lethe.effect o
    where o.request_id = $1
      and o.name = any ($2)
      and o.state in ('pending', 'delivering', 'failed')
  );
end
$function$;
comment on function lethe.is_held(bigint, text[]) is 'Is any of the request''s effects of these names still open?';
