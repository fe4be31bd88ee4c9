-- object: function lethe.take_noted_rows(jsonb, boolean)
create or replace function lethe.take_noted_rows(earlier jsonb, identity boolean) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  counts jsonb;
begin
  -- {"anonymize": {"public.comments transform": 12}}, with what earlier steps have counted.
  with taken as (
    delete from lethe.erased_rows n
    where n.xact = pg_current_xact_id() and (n.strategy = 'identity') = identity
    returning n.strategy, n.table_name || ' ' || n.action as what, n.rows
  ), counted as (
    select t.strategy, t.what, t.rows from taken t
    union all
    select s.key, w.key, w.value::bigint
    from jsonb_each(earlier) s
    cross join lateral jsonb_each_text(s.value) w
  )
  select coalesce(jsonb_object_agg(g.strategy, g.rows), '{}') into counts
  from (
    select s.strategy, jsonb_object_agg(s.what, s.rows) as rows
    from (
      select c.strategy, c.what, sum(c.rows) as rows
      from counted c
      group by c.strategy, c.what
    ) s
    group by s.strategy
  ) g;
  return counts;
end
$function$;
comment on function lethe.take_noted_rows(jsonb, boolean) is
  'What note_rows() has counted in this transaction, by strategy, table and action; it starts anew.
   identity: of the first step of subjects with very many rows, or of everything else.';
