-- object: function lethe.retry_deletion(bigint)
-- roles: admin worker
create or replace function lethe.retry_deletion(request bigint) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  select r.* into target from lethe.deletion_request r where r.id = request for update;
  if target.id is null or target.state not in ('scheduled', 'executing') or target.attempts = 0 then
    perform lethe.refuse('LT016', null, 'the request has not failed',
      'lethe.overdue lists the requests that have, and what each waits for.',
      jsonb_build_object('request', request, 'state', target.state));
  end if;
  update lethe.deletion_request r
  set attempts = 0,
      next_attempt_at = null
  where r.id = request;
  perform lethe.record_events(array[request], 'retried', case when lethe.is_service() then 'worker' else 'admin' end);
  perform pg_notify('lethe', '');
end
$function$;
comment on function lethe.retry_deletion(bigint) is
  'Puts a request back whose execution has failed, to be tried now and with all its attempts anew: for dead letters, once their
   cause is mended. Errors: LT005 not allowed, LT015 wrong isolation level, LT016 it has not failed.';
