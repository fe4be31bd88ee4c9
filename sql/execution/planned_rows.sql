-- object: function lethe.planned_rows(text, {{key}}[])
create or replace function lethe.planned_rows(rows_of text, subjects {{key}}[]) returns bigint
language plpgsql
-- Not stable: EXPLAIN isn't allowed in such a function.
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
declare
  expected json;
begin
  execute 'explain (format json) ' || rows_of into expected using subjects;
  return (expected #>> '{0,Plan,Plan Rows}')::numeric;
end
$function$;
comment on function lethe.planned_rows(text, {{key}}[]) is
  'How many rows the planner expects of a query of the rows of the subjects in $1. Nothing is read but statistics.';
