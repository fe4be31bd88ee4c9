-- object: function lethe.residue_of(text, {{key}}[])
create or replace function lethe.residue_of(strategy text, subjects {{key}}[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  case strategy
    when 'anonymize' then
      return lethe.anonymize_residue(subjects);
    when 'hard_delete' then
      return lethe.hard_delete_residue(subjects);
    when 'soft_delete' then
      return lethe.soft_delete_residue(subjects);
  end case;
end
$function$;
comment on function lethe.residue_of(text, {{key}}[]) is 'The first table that holds what the strategy was to erase; null where there is none.';
