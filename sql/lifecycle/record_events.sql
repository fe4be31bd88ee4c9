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
begin
  -- The caller holds each request's row lock, so no two events of one request can take the same number.
  -- In plpgsql, which keeps the plan for the session: a function in SQL is planned anew at every call.
  with recorded as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select q.id, q.event_count + 1, event, actor, clock.at, details,
           lethe.event_hash(q.event_head, q.id, q.event_count + 1, event, actor, clock.at, details)
    from (select clock_timestamp() as at) clock,
         lethe.deletion_request q
    where q.id = any (requests)
    returning request_id, seq, hash
  ), counted as (
    insert into lethe.event_tally (event, count)
    select event, count(*)
    from recorded
    having count(*) > 0
  )
  -- The end of the log is written down beside it: whoever cuts events off is found out.
  update lethe.deletion_request q
  set event_count = d.seq,
      event_head = d.hash
  from recorded d
  where q.id = d.request_id;
end
$function$;
comment on function lethe.record_events(bigint[], text, text, jsonb) is 'Appends one event to each request''s log.';
