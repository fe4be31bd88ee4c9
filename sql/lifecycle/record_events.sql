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
    select r.id, next.seq, event, actor, clock.at, details,
           lethe.event_hash(last.hash, r.id, next.seq, event, actor, clock.at, details)
    from (select clock_timestamp() as at) clock,
         unnest(requests) as r (id)
    left join lateral (
      select e.seq, e.hash
      from lethe.deletion_event e
      where e.request_id = r.id
      order by e.seq desc
      limit 1
    ) last on true
    cross join lateral (select coalesce(last.seq, 0) + 1 as seq) next
    returning request_id
  )
  insert into lethe.event_tally (event, count)
  select event, count(*)
  from recorded
  having count(*) > 0;
end
$function$;
comment on function lethe.record_events(bigint[], text, text, jsonb) is 'Appends one event to each request''s log.';
