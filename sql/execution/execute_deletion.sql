-- object: function lethe.execute_deletion({{key}}, boolean)
-- roles: admin worker
create or replace function lethe.execute_deletion(subject {{key}}, early boolean default false) returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  caller constant text := lethe.authorize(subject);
  actor constant text := case caller when 'admin' then 'admin' else 'worker' end;
  target lethe.deletion_request;
  obstacles jsonb;
  drifted text;
  missing text;
begin
  perform lethe.begin_change(wait => true);
  if caller = 'self' then
    perform lethe.refuse('LT005', subject, 'nobody executes their own deletion',
      'An administrator or the worker does it when it is due.');
  end if;
  select r.* into target
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', subject, 'no deletion is scheduled', 'Schedule it with lethe.schedule_deletion(), grace => ''0'' for at once.');
  elsif target.state = 'scheduled' and target.scheduled_for > now() and not early then
    perform lethe.refuse('LT007', subject, 'deletion is not due yet', 'Wait, or pass early => true as an administrator.',
      jsonb_build_object('request', target.id, 'scheduled_for', target.scheduled_for));
  end if;
  select f.table_name into drifted from lethe.refused_by_drift() f where f.strategy = target.strategy;
  if found then
    perform lethe.refuse('LT009', subject, 'the database is not the one that the annotation was made for',
      'lethe.drift lists the differences. Run `lethe sync`, decide what is new, generate the migration and apply it.',
      jsonb_build_object('request', target.id, 'table', drifted));
  elsif target.state = 'executing' then
    return lethe.execute_step(target.id, actor);
  end if;

  perform lethe.take_all_turns();
  perform lethe.lock_subject(subject);
  if subject = any (lethe.blocked_subjects(array[subject])) then
    select jsonb_agg(jsonb_build_object('code', b.code, 'message', b.message, 'count', b.count)) into obstacles
    from lethe.count_blockers(subject) b
    where b.blocking and b.count > 0;
    perform lethe.refuse('LT003', subject, 'deletion is blocked', 'lethe.deletion_blockers() lists what blocks it.',
      jsonb_build_object('request', target.id, 'blockers', obstacles));
  end if;
  missing := lethe.missing_effect(target.id);
  if missing is not null then
    perform lethe.refuse('LT003', subject, 'deletion waits for an effect',
      'lethe.effect_status() says how it stands; the worker delivers it when it is due.',
      jsonb_build_object('request', target.id, 'effect', missing));
  end if;
  perform lethe.erase(array[target.id], actor, wait => true);
  select r.* into strict target from lethe.deletion_request r where r.id = target.id;
  return target.state;
end
$function$;
comment on function lethe.execute_deletion({{key}}, boolean) is
  'Erases one subject now. It must be due, unless an administrator or the service says early.
   Returns the state reached: completed, erased (effects are open), or executing, when there are so many rows that it goes in steps;
   call it again then, or leave the rest to the worker. An error rolls everything back.
   Errors: LT002 not scheduled, LT003 blocked, LT005 not allowed, LT007 not due,
   LT009 drift, LT014 residue found, LT015 wrong isolation level.';
