-- object: function lethe.deletion_status({{key}})
-- roles: app admin worker
create or replace function lethe.deletion_status(subject {{key}}) returns lethe.status
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  answer lethe.status;
begin
  perform lethe.authorize(subject);
  select case r.state
           when 'scheduled' then 'scheduled'
           when 'executing' then 'executing'
           when 'cancelled' then 'not_scheduled'
           else 'deleted'
         end,
         ceil(extract(epoch from greatest(r.scheduled_for - now(), interval '0')) / 86400),
         r.scheduled_for, r.due_by, r.id, r.strategy, r.requested_at
    into answer
  from lethe.deletion_request r
  where r.subject_id = subject
  order by r.id desc
  limit 1;
  if answer.status is null or answer.status = 'not_scheduled'
    -- Somebody new under the key of a row that was deleted.
    or (answer.status = 'deleted' and lethe.is_live(subject)) then
    -- Marked before Lethe came: gone for the application, though nobody erased the row.
    return (case when lethe.is_marked(subject) then 'deleted' else 'not_scheduled' end,
            null, null, null, null, null, null, null, null)::lethe.status;
  elsif answer.status <> 'scheduled' then
    answer.days_remaining := 0;
    select count(*), max(t.purge_after) into answer.kept_rows, answer.kept_until
    from lethe.retained t
    where t.request_id = answer.request_id;
  end if;
  return answer;
end
$function$;
comment on function lethe.deletion_status({{key}}) is
  'Where a person stands: not_scheduled, scheduled (with the days that remain, rounded up), executing, deleted
   (with how many rows are still kept on a legal basis, and until when the last of them).
   Errors: LT005 not allowed.';
