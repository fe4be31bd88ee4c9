-- object: function lethe.settle_effects(lethe.effect[])
create or replace function lethe.settle_effects(settled lethe.effect[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  closed bigint[];
  required bigint[];
  whole bigint[];
  moved boolean := false;
begin
  -- Dead letters of one request and name share an event; requests with the same event share a call.
  perform lethe.record_events(d.requests, 'effect_failed', 'worker',
    jsonb_build_object('effect', d.name, 'error', d.last_error, 'count', d.count))
  from (
    select n.name, n.last_error, n.count, array_agg(n.request_id order by n.request_id) as requests
    from (
      select s.request_id, s.name, s.last_error, count(*) as count
      from unnest(settled) s
      where s.state = 'failed'
      group by s.request_id, s.name, s.last_error
    ) n
    group by n.name, n.last_error, n.count
  ) d;

  closed := array(
    select distinct s.request_id from unnest(settled) s where s.state in ('done', 'skipped')
  );
  if cardinality(closed) = 0 then
    return;
  end if;

  -- Whoever waited for these may go, once no other of that name is open. Each request is looked up by itself, whatever the
  -- planner knew of the table when the session made its plan: joined, all that waits could be read for these few.
  update lethe.effect e
  set next_attempt_at = greatest(e.deliver_after, now())
  where e.ctid = any (array(
    select w.place
    from (
      select distinct s.request_id, s.name from unnest(settled) s where s.state in ('done', 'skipped')
    ) c
    cross join lateral (
      select o.ctid as place
      from lethe.effect o
      where o.request_id = c.request_id
        and o.state = 'pending'
        and o.next_attempt_at is null
        and c.name = any (o.after)
        and not lethe.is_held(o.request_id, o.after)
      offset 0
    ) w
    where not lethe.is_held(c.request_id, array[c.name])
  ));
  moved := found;

  -- Executions that waited for a required one.
  required := array(
    select distinct s.request_id from unnest(settled) s where s.required and s.state in ('done', 'skipped')
  );
  if cardinality(required) > 0 then
    update lethe.deletion_request r
    set blocked_at = null,
        last_error = null
    where r.id = any (required)
      and r.state = 'scheduled'
      and r.blocked_at is not null
      and r.last_error like 'effect %'
      and lethe.missing_effect(r.id) is null;
    moved := moved or found;
  end if;

  with completed as (
    update lethe.deletion_request r
    set state = 'completed',
        completed_at = now()
    where r.id = any (closed)
      and r.state = 'erased'
      -- Likewise: a NOT EXISTS alone could become a join with all that is open.
      and not (
        select exists (
          select from lethe.effect o
          where o.request_id = r.id and o.state in ('pending', 'delivering', 'failed')
        )
      )
    returning r.id
  )
  select coalesce(array_agg(c.id order by c.id), '{}') into whole from completed c;
  perform lethe.record_events(whole, 'completed', 'worker');
  if moved then
    perform pg_notify('lethe', '');
  end if;
end
$function$;
comment on function lethe.settle_effects(lethe.effect[]) is
  'What follows when effects end: dead letters are recorded, those that waited for them go on, executions that waited too,
   and erased requests of which none is open are completed. The caller holds the requests'' locks.';
