-- object: function lethe.cancel_deletion_by_token(text)
-- roles: app admin worker
create or replace function lethe.cancel_deletion_by_token(token text) returns {{key}}
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  hash constant bytea := sha256(convert_to(token, 'UTF8'));
  target lethe.deletion_request;
begin
  perform lethe.begin_change(wait => true);
  select r.* into target
  from lethe.deletion_request r
  where r.id = coalesce(
      (select q.id from lethe.deletion_request q where q.cancel_token_hash = hash),
      -- Every mail has one of its own.
      (select e.request_id from lethe.effect e where e.token_hash = hash)
    )
    and r.state in ('scheduled', 'executing')
  for update;
  if not found then
    perform lethe.refuse('LT002', null, 'the token cancels nothing',
      'It may have been used, or the deletion may have been executed or cancelled.');
  elsif target.state = 'executing' then
    perform lethe.refuse('LT008', target.subject_id, 'deletion is in progress and can''t be taken back',
      'Once it has begun, an erasure can only be finished.',
      jsonb_build_object('request', target.id));
  end if;
  perform lethe.cancel_request(target.id, 'token');
  return target.subject_id;
end
$function$;
comment on function lethe.cancel_deletion_by_token(text) is
  'Takes a scheduled deletion back with the token from the mail, for the person who can no longer sign in.
   Every mail that an effect sends has a token of its own; each works, and one ends them all. Returns the subject. Errors: LT002 no such token, LT008 already executing.';
