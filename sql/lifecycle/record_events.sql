-- object: function lethe.record_events(bigint[], text, text, jsonb)
create or replace function lethe.record_events(
  requests bigint[],
  event text,
  actor text,
  details jsonb default '{}'
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  recorded bigint[];
  heads bytea[];
begin
  if cardinality(requests) = 0 then
    return;
  end if;
  -- The caller holds each request's row lock, so no two events of one request can take the same number.
  -- In plpgsql, which keeps the plan for the session: a function in SQL is planned anew at every call.
  with appended as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select q.id, q.event_count + 1, event, actor, clock.at, details,
           lethe.event_hash(q.event_head, q.id, q.event_count + 1, event, actor, clock.at, details)
    from (select clock_timestamp() as at) clock,
         lethe.deletion_request q
    where q.id = any (requests)
    returning request_id, hash
  )
  select array_agg(a.request_id order by a.request_id), array_agg(a.hash order by a.request_id)
  into recorded, heads
  from appended a;
  if recorded is null then
    return;
  end if;

  -- The end of the log is written down beside it: whoever cuts events off is found out. No join: a plan that was made
  -- while the table was empty would read all of it (width_bucket() finds the place in the sorted list).
  update lethe.deletion_request q
  set event_count = q.event_count + 1,
      event_head = heads[width_bucket(q.id, recorded)]
  where q.id = any (recorded);

  insert into lethe.event_tally (event, count)
  values (event, cardinality(recorded));
end
$function$;
comment on function lethe.record_events(bigint[], text, text, jsonb) is 'Appends one event to each request''s log.';
