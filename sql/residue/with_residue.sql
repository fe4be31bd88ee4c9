-- object: function lethe.with_residue(text, bigint[])
create or replace function lethe.with_residue(strategy text, requests bigint[]) returns table (request_id bigint, table_name text)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  subjects {{key}}[];
begin
  subjects := array(select r.subject_id from lethe.deletion_request r where r.id = any (requests));
  -- One look a table for all of them; whose it is is asked only where there is anything.
  if cardinality(subjects) = 0 or lethe.residue_of(strategy, subjects) is null then
    return;
  end if;
  return query
  select f.id, f.place
  from (
    select r.id, lethe.residue_of(strategy, array[r.subject_id]) as place
    from lethe.deletion_request r
    where r.id = any (requests)
  ) f
  where f.place is not null;
end
$function$;
comment on function lethe.with_residue(text, bigint[]) is
  'Those of the executed requests for whose subjects something is there again, with the first table that holds it.';
