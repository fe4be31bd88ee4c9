-- object: function lethe.effect_status(bigint)
-- roles: admin worker
create or replace function lethe.effect_status(request bigint)
returns table (
  effect_id bigint,
  name text,
  handler text,
  at text,
  state text,
  attempts integer,
  next_attempt_at timestamptz,
  last_error text,
  finished_at timestamptz,
  receipt jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
  perform lethe.require_operator();
  return query
  select e.id, e.name, e.handler, e.at, e.state, e.attempts, e.next_attempt_at, e.last_error, e.finished_at, e.receipt
  from lethe.effect e
  where e.request_id = $1
  order by e.id;
end
$function$;
comment on function lethe.effect_status(bigint) is
  'The work outside the database that a request causes, effect by effect, without what was sent.
   Errors: LT005 not allowed.';
