-- object: function lethe.cancel_deletion({{key}})
-- roles: app admin worker
create or replace function lethe.cancel_deletion(subject {{key}}) returns timestamptz
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
  target lethe.deletion_request;
begin
  perform lethe.begin_change(wait => true);
  select r.* into target
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', subject, 'no deletion is scheduled', 'lethe.deletion_status() says where the person stands.');
  elsif target.state = 'executing' then
    perform lethe.refuse('LT008', subject, 'deletion is in progress and can''t be taken back',
      'Once it has begun, an erasure can only be finished.',
      jsonb_build_object('request', target.id));
  end if;
  return lethe.cancel_request(target.id, caller);
end
$function$;
comment on function lethe.cancel_deletion({{key}}) is
  'Takes a scheduled deletion back and lets the person sign in anew. Returns the time from which the cooldown counts.
   Errors: LT002 not scheduled, LT005 not allowed, LT008 already executing, LT015 wrong isolation level.';
