-- object: function lethe.schedule_legacy(integer)
-- roles: worker
create or replace function lethe.schedule_legacy(max integer default 500) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  terms lethe.annotation;
  listed {{key}}[];
  locked {{key}}[];
  made bigint[];
begin
  perform lethe.require_service();
  perform lethe.begin_change(wait => true);
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  select a.* into strict terms from lethe.annotation a;
  if terms.legacy <> 'erase' then
    return 0;
  end if;
  listed := array(
    select l.subject_id
    from lethe.legacy l
    order by l.subject_id
    limit max
    for update skip locked
  );
  if cardinality(listed) = 0 then
    return 0;
  end if;
  -- Whoever is held by somebody else right now stays on the list.
  locked := lethe.lock_subjects(listed, wait => false);
  delete from lethe.legacy l where l.subject_id = any (locked);

  -- Somebody who came back meanwhile, or whose deletion was asked for, isn't one of these any more.
  with request as (
    insert into lethe.deletion_request (
      subject_id, strategy, options, requested_by, scheduled_for, due_by, annotation_hash, preserved
    )
    select s.id, terms.strategies[1], terms.options, lethe.calling_role()::text, now(),
           lethe.later(now(), interval '1 month'), terms.hash, lethe.preserve(s.id)
    from unnest(locked) as s (id)
    where lethe.is_marked(s.id)
      and lethe.refusal(s.id) is null
      and not exists (select from lethe.deletion_request r where r.subject_id = s.id)
    returning id
  )
  select coalesce(array_agg(r.id order by r.id), '{}') into made from request r;

  -- Nobody is locked out here: they are already, and the erasure that follows takes the rest with it.
  perform lethe.record_events(made, 'scheduled', 'worker',
    jsonb_build_object('strategy', terms.strategies[1], 'scheduled_for', now(), 'options', terms.options, 'legacy', true));
  return cardinality(locked);
end
$function$;
comment on function lethe.schedule_legacy(integer) is
  'Schedules, without grace, up to max of the people who were marked before Lethe came (marks.legacy: "erase"); rows that
   the annotation refuses are left. The worker calls it before it executes what is due.
   Returns how many it took off the list; 0 when none is left, or all are held by somebody else.
   Errors: LT005 not allowed, LT015 wrong isolation level.';
