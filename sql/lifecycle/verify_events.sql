-- object: function lethe.verify_events(bigint)
-- roles: admin worker
create or replace function lethe.verify_events(request bigint default null)
returns table (request_id bigint, seq integer, problem text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
  -- A range rather than "is null or": one plan, by the index, for one request and for all.
  first_request constant bigint := coalesce(request, (-9223372036854775808)::bigint);
  last_request constant bigint := coalesce(request, 9223372036854775807);
begin
  perform lethe.require_operator();
  return query
  with log as (
    select e.request_id, e.seq, e.hash,
           lag(e.seq, 1, 0) over w as previous_seq,
           lethe.event_hash(lag(e.hash) over w, e.request_id, e.seq, e.event, e.actor, e.at, e.details) as expected
    from lethe.deletion_event e
    where e.request_id between first_request and last_request
    window w as (partition by e.request_id order by e.seq)
  ), ends as (
    select r.id, r.event_count, r.event_head, l.seq as last_seq, l.hash as last_hash
    from lethe.deletion_request r
    left join lateral (
      select e.seq, e.hash
      from lethe.deletion_event e
      where e.request_id = r.id
      order by e.seq desc
      limit 1
    ) l on true
    where r.id between first_request and last_request
  )
  select p.request_id, p.seq, p.problem
  from (
    select l.request_id, l.previous_seq + 1, 'removed: the events before the next one are missing'
    from log l
    where l.seq > l.previous_seq + 1
    union all
    select l.request_id, l.seq, 'changed: the hash isn''t that of this event after the one before it'
    from log l
    where l.seq = l.previous_seq + 1 and l.hash <> l.expected
    union all
    select n.id, coalesce(n.last_seq, 0) + 1, 'removed: the end of the log is missing'
    from ends n
    where coalesce(n.last_seq, 0) < n.event_count
    union all
    select n.id, n.last_seq, 'inserted: the log is longer than the request knows'
    from ends n
    where n.last_seq > n.event_count
    union all
    select n.id, n.last_seq, 'changed: the last hash isn''t the one that the request knows'
    from ends n
    where n.last_seq = n.event_count and n.last_hash is distinct from n.event_head
  ) p (request_id, seq, problem)
  order by p.request_id, p.seq;
end
$function$;
comment on function lethe.verify_events(bigint) is
  'Reads the log of one request, or of all, and computes every hash again: a line for each event that was changed, removed,
   inserted or put elsewhere; none where the chain holds. Whoever may write all tables of Lethe can make a chain anew:
   certificates that were handed out hold its end. Errors: LT005 not allowed.';
