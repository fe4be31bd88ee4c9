-- object: function lethe.record_events(bigint[], text, text, jsonb)
create or replace function lethe.record_events(
  requests bigint[],
  event text,
  actor text,
  details jsonb default '{}'
) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  -- The caller holds each request's row lock, so no two events of one request can take the same number.
  with recorded as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select r.id, next.seq, $2, $3, clock.at, $4,
           lethe.event_hash(last.hash, r.id, next.seq, $2, $3, clock.at, $4)
    from (select clock_timestamp() as at) clock,
         unnest($1) as r (id)
    left join lateral (
      select e.seq, e.hash
      from lethe.deletion_event e
      where e.request_id = r.id
      order by e.seq desc
      limit 1
    ) last on true
    cross join lateral (select coalesce(last.seq, 0) + 1 as seq) next
    returning event
  )
  insert into lethe.event_tally (event, count)
  select $2, count(*)
  from recorded
  having count(*) > 0;
$function$;
comment on function lethe.record_events(bigint[], text, text, jsonb) is 'Appends one event to each request''s log.';
