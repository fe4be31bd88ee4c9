-- object: function lethe.hold_drifted(bigint[])
create or replace function lethe.hold_drifted(requests bigint[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
  refused jsonb;
  held bigint[];
begin
  if cardinality(requests) = 0 then
    return requests;
  end if;
  -- Once for all of them: the catalog is looked at a batch at a time, not a person at a time.
  select jsonb_object_agg(f.strategy, f.table_name) into refused from lethe.refused_by_drift() f;
  if refused is null then
    return requests;
  end if;
  held := array(
    select r.id from lethe.deletion_request r where r.id = any (requests) and refused ? r.strategy::text
  );
  -- Said once: the log doesn't grow with every look at a request that still waits.
  perform lethe.record_events(array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (held) and r.last_error is distinct from 'LT009 ' || (refused ->> r.strategy::text)
  ), 'drifted', 'worker');
  -- Nobody's failure: it counts no attempt.
  update lethe.deletion_request r
  set next_attempt_at = now() + interval '10 minutes',
      last_error = 'LT009 ' || (refused ->> r.strategy::text)
  where r.id = any (held);
  return array(
    select q.id
    from unnest(requests) with ordinality as q (id, position)
    where q.id <> all (held)
    order by q.position
  );
end
$function$;
comment on function lethe.hold_drifted(bigint[]) is
  'Puts back requests whose strategy touches a table that has drifted (LT009), and returns the others.';
