-- object: function lethe.begin_in_steps(text, {{key}}[])
create or replace function lethe.begin_in_steps(strategy text, subjects {{key}}[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  -- Chunks detach rows before the last pass looks for them.
  perform lethe.keep_retained(subjects);
  perform lethe.capture_orphans(subjects);
end
$function$;
comment on function lethe.begin_in_steps(text, {{key}}[]) is
  'The first step of subjects with very many rows: what has to happen before anything of theirs is erased.';
