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
  where e.rows > 0
    -- After the erasure the entries say it more exactly.
    and not (e.basis like 'retained%' and exists (
      select
      from lethe.deletion_request q
      join lethe.retained r on r.request_id = q.id
      join lethe.retention n on n.id = r.retention_id
      where q.subject_id = subject and n.table_name = e.table_name
    ))
  union all
  select n.table_name, count(*),
         format('retained (%s), the last until %s', n.basis, to_char(max(r.purge_after) at time zone 'UTC', 'YYYY-MM-DD'))
  from lethe.deletion_request q
  join lethe.retained r on r.request_id = q.id
  join lethe.retention n on n.id = r.retention_id
  where q.subject_id = subject
    -- Not what somebody left who had the key before.
    and not lethe.is_live(subject)
  group by n.table_name, n.basis;
end
$function$;
comment on function lethe.explain_remaining({{key}}, lethe.strategy) is
  'A dry run''s other half: how many of a person''s rows would stay, and on what basis: retained by law, kept by the
   annotation, or untouched by soft_delete; after the erasure,
   what is still retained, and until when. Rows that stay with their columns transformed are in explain_deletion().
   Errors: LT005 not allowed, 22023 strategy not allowed.';
