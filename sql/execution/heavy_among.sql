-- object: function lethe.heavy_among(text, text, {{key}}[], bigint, boolean)
create or replace function lethe.heavy_among(
  table_name text,
  rows_of text,
  subjects {{key}}[],
  heavy bigint,
  counted boolean
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
  found bigint;
begin
  if stored between 0 and heavy and not counted then
    return '{}';
  end if;
  if stored > 100000 and not counted then
    -- The planner knows from ANALYZE who has very many rows. Counting would read twice what is about to be erased.
    found := lethe.planned_rows(rows_of, subjects);
  else
    -- Small, or never analyzed: nobody knows, and counting costs little. Or the planner was wrong before.
    execute format('select count(*) from (%s limit %s) rows', rows_of, heavy + 1) into found using subjects;
  end if;
  if found <= heavy then
    return '{}';
  elsif half > 0 then
    return lethe.heavy_among(table_name, rows_of, subjects[:half], heavy, counted)
      || lethe.heavy_among(table_name, rows_of, subjects[half + 1:], heavy, counted);
  end if;
  return subjects;
end
$function$;
comment on function lethe.heavy_among(text, text, {{key}}[], bigint, boolean) is
  'Those of the subjects who have more rows than heavy in a table; in a large one, as far as its statistics tell,
   unless counted.
   rows_of: a query of the rows of the subjects in $1; in a large table it is only planned.';
