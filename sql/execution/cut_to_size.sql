-- object: function lethe.cut_to_size(bigint[], bigint)
create or replace function lethe.cut_to_size(requests bigint[], max_rows bigint) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
#variable_conflict use_variable
declare
  people {{key}}[];
  expected bigint;
begin
  while cardinality(requests) > 1 loop
    people := array(
      select r.subject_id
      from lethe.deletion_request r
      where r.id = any (requests) and r.strategy <> 'soft_delete'
    );
    select coalesce(sum(lethe.planned_rows(b.rows_of, people)), 0)
    into expected
    from lethe.bulk_rows() b
    join pg_class c on c.oid = b.table_name::regclass
    -- A small table can't hold up a batch, and where nobody has counted the planner would guess.
    where c.reltuples > 100000;
    exit when expected <= max_rows;
    requests := requests[:(cardinality(requests) + 1) / 2];
  end loop;
  return requests;
end
$function$;
comment on function lethe.cut_to_size(bigint[], bigint) is
  'The first of the requests, as many as have no more than max_rows rows together by the planner''s estimate; at least one.
   The others stay due: a batch is bounded by its rows, not by its people alone.';
