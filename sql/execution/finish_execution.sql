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
  closed bigint[];
  seqs integer[];
  heads bytea[];
  whole bigint[];
  last_heads bytea[];
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

  -- Everything else in one new version of each request: its events are appended first, and the end of its log with them.
  with executed as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select r.id, r.event_count + 1, 'executed', actor, clock.at, details,
           lethe.event_hash(r.event_head, r.id, r.event_count + 1, 'executed', actor, clock.at, details)
    from (select clock_timestamp() as at) clock,
         lethe.deletion_request r
    where r.id = any (requests)
    returning request_id, seq, hash
  )
  select array_agg(e.request_id order by e.request_id),
         array_agg(e.seq order by e.request_id),
         array_agg(e.hash order by e.request_id)
  into closed, seqs, heads
  from executed e;
  if closed is null then
    return;
  end if;

  whole := array(
    select c.id
    from (
      select q.id,
             exists (
               select from lethe.effect e
               where e.request_id = q.id and e.state in ('pending', 'delivering', 'failed')
             ) as open
      from unnest(closed) as q (id)
      offset 0
    ) c
    where not c.open
    order by c.id
  );
  with completed as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select w.id, place.seq, 'completed', actor, clock.at, '{}',
           lethe.event_hash(place.head, w.id, place.seq, 'completed', actor, clock.at, '{}')
    from (select clock_timestamp() as at) clock,
         unnest(whole) as w (id)
    cross join lateral (
      select seqs[width_bucket(w.id, closed)] + 1 as seq,
             heads[width_bucket(w.id, closed)] as head
    ) place
    returning request_id, hash
  )
  select array_agg(c.hash order by c.request_id) into last_heads from completed c;

  -- No join: a plan that was made while the table was empty would read all of it (width_bucket() finds the place).
  update lethe.deletion_request r
  set state = case when r.id = any (whole) then 'completed' else 'erased' end,
      executed_at = now(),
      completed_at = case when r.id = any (whole) then now() end,
      event_count = seqs[width_bucket(r.id, closed)] + (r.id = any (whole))::integer,
      event_head = case
        when r.id = any (whole) then last_heads[width_bucket(r.id, whole)]
        else heads[width_bucket(r.id, closed)]
      end,
      preserved = null,
      erased = null,
      cancel_token_hash = null,
      last_error = null,
      next_attempt_at = null
  where r.id = any (closed);

  insert into lethe.event_tally (event, count)
  select t.event, t.count
  from (values ('executed', cardinality(closed)), ('completed', cardinality(whole))) as t (event, count)
  where t.count > 0;

  if cardinality(closed) > cardinality(whole) then
    -- There is work outside.
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: erased while effects are open, completed otherwise; wipes what was kept for cancel.';
