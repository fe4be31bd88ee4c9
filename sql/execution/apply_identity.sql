-- object: function lethe.apply_identity(text, {{key}}[])
create or replace function lethe.apply_identity(strategy text, subjects {{key}}[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  call lethe.erase_identity(subjects);
end
$function$;
comment on function lethe.apply_identity(text, {{key}}[]) is
  'First step for subjects with very many rows: sign-in data and the subject''s own columns, in the transaction that commits executing.';
