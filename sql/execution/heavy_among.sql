-- object: function lethe.heavy_among(text, text, {{key}}[], bigint)
create or replace function lethe.heavy_among(
  table_name text,
  rows_of text,
  subjects {{key}}[],
  heavy bigint
) returns {{key}}[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
#variable_conflict use_variable
declare
  half constant integer := cardinality(subjects) / 2;
  stored constant real := (select c.reltuples from pg_class c where c.oid = table_name::regclass);
  counted bigint;
begin
  if stored between 0 and heavy then
    return '{}';
  end if;
  if stored > 100000 then
    -- The planner knows from ANALYZE who has very many rows. Counting would read twice what is about to be erased.
    counted := lethe.planned_rows(rows_of, subjects);
  else
    -- Small, or never analyzed: nobody knows, and counting costs little.
    execute format('select count(*) from (%s limit %s) rows', rows_of, heavy + 1) into counted using subjects;
  end if;
  if counted <= heavy then
    return '{}';
  elsif half > 0 then
    return lethe.heavy_among(table_name, rows_of, subjects[:half], heavy)
      || lethe.heavy_among(table_name, rows_of, subjects[half + 1:], heavy);
  end if;
  return subjects;
end
$function$;
comment on function lethe.heavy_among(text, text, {{key}}[], bigint) is
  'Those of the subjects who have more rows than heavy in a table; in a large one, as far as its statistics tell.
   rows_of: a query of the rows of the subjects in $1; in a large table it is only planned.';
