-- object: function lethe.finish_execution(bigint[], text)
create or replace function lethe.finish_execution(requests bigint[], actor text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  details jsonb;
  people {{key}}[];
  executed integer;
  completed integer;
begin
  -- A deferred constraint would otherwise fail at COMMIT, after the erasure was reported.
  set constraints all immediate;
  -- Of the whole batch: to count each person's rows would cost more than to erase them.
  details := jsonb_build_object(
    'requests', cardinality(requests),
    'rows', lethe.take_noted_rows(
      case when cardinality(requests) = 1 then (select r.erased from lethe.deletion_request r where r.id = requests[1]) end,
      identity => false
    )
  );
  delete from lethe.orphan o where o.request_id = any (requests);

  -- What the person wrote is theirs, in requests they took back too; what an administrator wrote is the controller's.
  people := array(select r.subject_id from lethe.deletion_request r where r.id = any (requests));
  update lethe.deletion_request r
  set reason = null
  where r.subject_id = any (people)
    and r.requested_by = r.subject_id::text
    and r.reason is not null;

  -- Everything else in one statement, and one new version of each request: its events are hashed and appended, and the end
  -- of its log is written beside it. The caller holds the rows, so where they lie (ctid) is where they are found again.
  with ended as materialized (
    select r.ctid as place, r.id, r.event_count + 1 as seq, clock.at, o.whole, executed.hash, completed.hash as last_hash
    from (select clock_timestamp() as at) clock
    cross join lethe.deletion_request r
    cross join lateral (
      select not exists (
        select from lethe.effect e
        where e.request_id = r.id and e.state in ('pending', 'delivering', 'failed')
      ) as whole
      offset 0
    ) o
    cross join lateral (
      select lethe.event_hash(r.event_head, r.id, r.event_count + 1, 'executed', actor, clock.at, details) as hash
      offset 0
    ) executed
    left join lateral (
      select lethe.event_hash(executed.hash, r.id, r.event_count + 2, 'completed', actor, clock.at, '{}') as hash
      offset 0
    ) completed on o.whole
    where r.id = any (requests)
  ), appended as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select n.id, n.seq, 'executed', actor, n.at, details, n.hash from ended n
    union all
    select n.id, n.seq + 1, 'completed', actor, n.at, '{}', n.last_hash from ended n where n.whole
  ), closed as (
    update lethe.deletion_request r
    set state = case when n.whole then 'completed' else 'erased' end,
        executed_at = now(),
        completed_at = case when n.whole then now() end,
        event_count = n.seq + n.whole::integer,
        event_head = coalesce(n.last_hash, n.hash),
        preserved = null,
        erased = null,
        cancel_token_hash = null,
        last_error = null,
        next_attempt_at = null
    from ended n
    where r.ctid = n.place and r.id = n.id
    returning n.whole
  )
  select count(*), count(*) filter (where c.whole) into executed, completed from closed c;

  insert into lethe.event_tally (event, count)
  select t.event, t.count
  from (values ('executed', executed), ('completed', completed)) as t (event, count)
  where t.count > 0;

  if executed > completed then
    -- There is work outside.
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: erased while effects are open, completed otherwise; wipes what was kept for cancel.';
