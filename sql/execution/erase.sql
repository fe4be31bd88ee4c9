-- object: function lethe.erase(bigint[], text, boolean)
create or replace function lethe.erase(requests bigint[], actor text, wait boolean default false) returns lethe.execution
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  strategies text[];
  locked {{key}}[];
  blocked {{key}}[];
  waiting bigint[];
  heavy {{key}}[] := '{}';
  ready bigint[];
  light bigint[];
  slow bigint[];
  name text;
  since xid;
begin
  -- An earlier piece of this transaction has checked its deferred constraints; this one may defer its own again.
  set constraints all deferred;
  -- Lock order everywhere: request (the caller has them), turns, then subjects by key, then children.
  perform lethe.take_all_turns();
  -- A subject that somebody holds right now is left for the next sweep, unless the caller waits for it.
  locked := lethe.lock_subjects(array(
    select r.subject_id from lethe.deletion_request r where r.id = any (requests)
  ), wait);

  blocked := lethe.blocked_subjects(locked);
  if cardinality(blocked) > 0 then
    perform lethe.record_blocked(array(
      select r.id from lethe.deletion_request r where r.id = any (requests) and r.subject_id = any (blocked)
    ));
  end if;

  ready := requests;
  if cardinality(locked) < cardinality(requests) or cardinality(blocked) > 0 then
    ready := array(
      select r.id
      from lethe.deletion_request r
      where r.id = any (requests) and r.subject_id = any (locked) and r.subject_id <> all (blocked)
    );
  end if;
  waiting := lethe.wait_for_effects(ready);
  if cardinality(waiting) > 0 then
    ready := array(select q.id from unnest(ready) as q (id) where q.id <> all (waiting));
  end if;
  -- What comes later than this is told of by the statements that erase it.
  since := pg_snapshot_xmin(pg_current_snapshot())::xid;
  -- While everything is there still, and the originals that a request keeps with it.
  call lethe.capture_execute_effects(ready);
  -- A reminder that didn't get through has nothing to remind of any more.
  perform lethe.withdraw_effects(ready, array['before']);
  -- Those of this batch, always in the same order.
  strategies := array(
    select r.strategy
    from lethe.deletion_request r
    where r.id = any (ready)
    group by r.strategy
    order by array_position(array['soft_delete', 'anonymize', 'hard_delete'], r.strategy::text)
  );
  foreach name in array strategies loop
    heavy := heavy || lethe.heavy_subjects(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (ready) and r.strategy = name
    ), counted => false);
    -- Who failed before may have run out of time because the planner didn't know of their many rows.
    heavy := heavy || lethe.heavy_subjects(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (ready) and r.strategy = name and r.attempts > 0
    ), counted => true);
  end loop;
  slow := array(
    select r.id from lethe.deletion_request r where r.id = any (ready) and r.subject_id = any (heavy)
  );
  light := ready;
  if cardinality(slow) > 0 then
    light := array(select q.id from unnest(ready) as q (id) where q.id <> all (slow));
  end if;
  perform lethe.start_running(locked, since);
  perform lethe.capture_for_steps(ready);
  perform lethe.begin_execution(slow, since);
  perform lethe.run_steps('before', ready);

  foreach name in array strategies loop
    if cardinality(slow) > 0 then
      -- Nobody can sign in or be recognised from here on; the many rows follow in steps of their own.
      heavy := array(
        select r.subject_id from lethe.deletion_request r where r.id = any (slow) and r.strategy = name
      );
      perform lethe.begin_in_steps(name, heavy);
      call lethe.erase_identity(heavy);
    end if;
    perform lethe.apply_strategy(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (light) and r.strategy = name
    ));
  end loop;

  perform lethe.run_steps('after', light);
  perform lethe.finish_execution(light, actor);
  if cardinality(slow) > 0 then
    perform lethe.record_events(slow, 'begun', actor,
      jsonb_build_object('requests', cardinality(slow), 'rows', lethe.take_noted_rows(null, identity => true)));
    set constraints all immediate;
    perform pg_notify('lethe', '');
  end if;
  perform lethe.stop_running(locked);
  return (cardinality(light), 0, cardinality(blocked) + cardinality(waiting), 0)::lethe.execution;
end
$function$;
comment on function lethe.erase(bigint[], text, boolean) is
  'Erases the subjects of requests that the caller has locked: one statement a table for all of them.';
