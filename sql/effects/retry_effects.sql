-- object: function lethe.retry_effects(text, integer)
-- roles: admin worker
create or replace function lethe.retry_effects(handler text default null, max integer default 1000) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  letters bigint[];
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  letters := array(
    select e.id
    from lethe.effect e
    where e.state = 'failed'
      and e.payload is not null
      and (handler is null or e.handler = handler)
    order by e.request_id, e.name, e.id
    limit max
  );
  perform
  from lethe.deletion_request r
  where r.id = any (array(select e.request_id from lethe.effect e where e.id = any (letters)))
  order by r.id
  for update;
  return lethe.put_back(letters);
end
$function$;
comment on function lethe.retry_effects(text, integer) is
  'Puts up to max dead letters back, of one handler or of all; those whose payload is wiped are left.
   Returns how many. Errors: LT005 not allowed, LT015 wrong isolation level.';
