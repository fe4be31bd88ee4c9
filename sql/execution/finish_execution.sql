-- object: function lethe.finish_execution(bigint[], text)
create or replace function lethe.finish_execution(requests bigint[], actor text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  details constant jsonb := '{}';
begin
  -- A deferred constraint would otherwise fail at COMMIT, after the erasure was reported.
  set constraints all immediate;

  -- What the person wrote is theirs, in requests they took back too; what an administrator wrote is the controller's.
  update lethe.deletion_request r
  set reason = null
  from lethe.deletion_request done
  where done.id = any (requests)
    and r.subject_id = done.subject_id
    and r.requested_by = r.subject_id::text
    and r.reason is not null;

  -- Events and the end of their log in one statement: it is the one new version of a request that an erasure writes.
  with closing as (
    select r.id,
           r.event_count,
           r.event_head,
           clock_timestamp() as at,
           not exists (
             select from lethe.effect e
             where e.request_id = r.id and e.state in ('pending', 'delivering', 'failed')
           ) as whole
    from lethe.deletion_request r
    where r.id = any (requests)
  ), executed as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select c.id, c.event_count + 1, 'executed', actor, c.at, details,
           lethe.event_hash(c.event_head, c.id, c.event_count + 1, 'executed', actor, c.at, details)
    from closing c
    returning request_id, seq, hash
  ), completed as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    select c.id, d.seq + 1, 'completed', actor, c.at, '{}',
           lethe.event_hash(d.hash, c.id, d.seq + 1, 'completed', actor, c.at, '{}')
    from closing c
    join executed d on d.request_id = c.id
    where c.whole
    returning request_id, seq, hash
  ), counted as (
    insert into lethe.event_tally (event, count)
    select k.event, k.count
    from (
      select 'executed' as event, count(*) as count from executed
      union all
      select 'completed', count(*) from completed
    ) k
    where k.count > 0
  )
  update lethe.deletion_request r
  set state = case when k.request_id is null then 'erased' else 'completed' end,
      executed_at = now(),
      completed_at = case when k.request_id is not null then now() end,
      event_count = coalesce(k.seq, d.seq),
      event_head = coalesce(k.hash, d.hash),
      preserved = null,
      cancel_token_hash = null,
      last_error = null,
      next_attempt_at = null
  from executed d
  left join completed k on k.request_id = d.request_id
  where r.id = d.request_id;

  if exists (
    select from lethe.effect e where e.request_id = any (requests) and e.state in ('pending', 'delivering', 'failed')
  ) then
    -- There is work outside.
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.finish_execution(bigint[], text) is
  'Closes requests whose database work is done: erased while effects are open, completed otherwise; wipes what was kept for cancel.';
