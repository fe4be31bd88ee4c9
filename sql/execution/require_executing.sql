-- object: function lethe.require_executing({{key}}[])
create or replace function lethe.require_executing(subjects {{key}}[]) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
  stranger {{key}};
begin
  -- What is_executing() asks for one, in one statement for all.
  select s.id into stranger
  from unnest(subjects) as s (id)
  -- Each by itself: a NOT EXISTS alone could compare each with each, where the planner knows nothing of this table.
  where not (
    select exists (
      select from lethe.running u where u.subject_id = s.id and u.xact = pg_current_xact_id_if_assigned()
    )
  )
  limit 1;
  if found then
    perform lethe.refuse('LT005', stranger, 'no deletion of this subject is being executed by this transaction',
      'Call lethe.execute_deletion() or lethe.execute_due_deletions().');
  end if;
end
$function$;
comment on function lethe.require_executing({{key}}[]) is
  'LT005 unless every subject''s request is executing in this very transaction: the strategies erase for the executor alone.';
