-- object: function lethe.explain_remaining({{key}}, lethe.strategy)
-- roles: app admin worker
create or replace function lethe.explain_remaining(subject {{key}}, strategy lethe.strategy default null)
returns table (table_name text, rows bigint, basis text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  chosen text;
begin
  perform lethe.authorize(subject);
  select coalesce(strategy, r.strategy, a.strategies[1]) into strict chosen
  from lethe.annotation a
  left join lethe.deletion_request r on r.subject_id = subject and r.state in ('scheduled', 'executing');
  if chosen <> all ((select a.strategies from lethe.annotation a)::text[]) then
    raise exception 'strategy % is not allowed', chosen using errcode = 'invalid_parameter_value';
  end if;
  return query
  select e.table_name, e.rows, e.basis
  from lethe.count_remaining(subject, chosen) e
  where e.rows > 0;
end
$function$;
comment on function lethe.explain_remaining({{key}}, lethe.strategy) is
  'A dry run''s other half: how many of a person''s rows would stay, and on what basis: retained by law, kept by the
   annotation, or untouched by soft_delete. Rows that stay with their columns transformed are in explain_deletion().
   Errors: LT005 not allowed, 22023 strategy not allowed.';
