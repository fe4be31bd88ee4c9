-- object: function lethe.is_executing({{key}})
create or replace function lethe.is_executing(subject {{key}}) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  return exists (
    select
    from lethe.running u
    where u.subject_id = is_executing.subject
      and u.xact = pg_current_xact_id_if_assigned()
  );
end
$function$;
comment on function lethe.is_executing({{key}}) is
  'Is this transaction Lethe''s own work on the subject? Known by data alone: a role or a setting could be forged.';
