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
  locked {{key}}[];
  blocked {{key}}[];
  heavy {{key}}[];
  waiting bigint[];
  ready bigint[];
  light bigint[];
  name text;
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

  waiting := lethe.wait_for_effects(array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests) and r.subject_id = any (locked) and r.subject_id <> all (blocked)
  ));

  ready := array(
    select r.id
    from lethe.deletion_request r
    where r.id = any (requests) and r.subject_id = any (locked) and r.subject_id <> all (blocked)
      and r.id <> all (waiting)
  );
  -- While everything is there still, and the originals that a request keeps with it.
  call lethe.capture_execute_effects(ready);
  -- A reminder that didn't get through has nothing to remind of any more.
  perform lethe.withdraw_effects(ready, array['before']);
  perform lethe.begin_execution(ready);

  foreach name in array array['soft_delete', 'anonymize', 'hard_delete'] loop
    heavy := lethe.heavy_subjects(name, array(
      select r.subject_id from lethe.deletion_request r where r.id = any (ready) and r.strategy = name
    ));
    if cardinality(heavy) > 0 then
      -- Nobody can sign in or be recognised from here on; the many rows follow in steps of their own.
      perform lethe.begin_in_steps(name, heavy);
      call lethe.erase_identity(heavy);
    end if;
    perform lethe.apply_strategy(name, array(
      select r.subject_id
      from lethe.deletion_request r
      where r.id = any (ready) and r.strategy = name and r.subject_id <> all (heavy)
    ));
    light := light || array(
      select r.id
      from lethe.deletion_request r
      where r.id = any (ready) and r.strategy = name and r.subject_id <> all (heavy)
    );
  end loop;

  perform lethe.finish_execution(light, actor);
  if cardinality(ready) > cardinality(light) then
    set constraints all immediate;
    perform pg_notify('lethe', '');
  end if;
  return (cardinality(light), 0, cardinality(blocked) + cardinality(waiting), 0)::lethe.execution;
end
$function$;
comment on function lethe.erase(bigint[], text, boolean) is
  'Erases the subjects of requests that the caller has locked: one statement a table for all of them.';
