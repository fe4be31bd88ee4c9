-- object: function lethe.missing_effect(bigint)
create or replace function lethe.missing_effect(request bigint) returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return (
    select min(o.name)
    from lethe.effect o
    where o.request_id = $1
      and o.required
      and o.state in ('pending', 'delivering', 'failed')
  );
end
$function$;
comment on function lethe.missing_effect(bigint) is 'The first required effect that the request''s execution has to wait for; null where it may begin.';
