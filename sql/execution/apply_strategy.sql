-- object: function lethe.apply_strategy(text, {{key}}[])
create or replace function lethe.apply_strategy(strategy text, subjects {{key}}[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
begin
  if cardinality(subjects) = 0 then
    return;
  end if;
  case strategy
    when 'anonymize' then
      call lethe.anonymize(subjects);
    when 'hard_delete' then
      call lethe.hard_delete(subjects);
    when 'soft_delete' then
      call lethe.soft_delete(subjects);
  end case;
end
$function$;
comment on function lethe.apply_strategy(text, {{key}}[]) is 'Runs the strategy''s procedure, which the migration emits for the application.';
