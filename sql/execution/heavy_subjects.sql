-- object: function lethe.heavy_subjects(text, {{key}}[], boolean)
create or replace function lethe.heavy_subjects(strategy text, subjects {{key}}[], counted boolean default false) returns {{key}}[]
language plpgsql
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
#variable_conflict use_variable
declare
  heavy {{key}}[] := '{}';
  bulk record;
begin
  -- soft_delete leaves content where it is.
  if strategy = 'soft_delete' or cardinality(subjects) = 0 then
    return heavy;
  end if;
  for bulk in
    select b.table_name, b.rows_of, b.heavy from lethe.bulk_rows() b
  loop
    heavy := heavy || lethe.heavy_among(bulk.table_name, bulk.rows_of, subjects, bulk.heavy, counted);
  end loop;
  return heavy;
end
$function$;
comment on function lethe.heavy_subjects(text, {{key}}[], boolean) is
  'Those of the subjects who have so many rows in one table that their erasure goes in steps.
   counted: row by row, not by the planner''s estimate.';
