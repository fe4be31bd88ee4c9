-- object: function lethe.record_failure(bigint, text)
-- roles: worker
create or replace function lethe.record_failure(request bigint, error text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  attempt integer;
  last constant integer := (select a.request_attempts from lethe.annotation a);
begin
  perform lethe.require_service();
  -- One minute, two, four … up to half a day; in the end somebody has to look at it.
  update lethe.deletion_request r
  set attempts = r.attempts + 1,
      next_attempt_at = case
        when r.attempts + 1 >= last then 'infinity'
        else now() + least(interval '1 minute' * power(2, least(r.attempts, 12)), interval '12 hours')
      end,
      last_error = left(error, 200)
  where r.id = request and r.state in ('scheduled', 'executing')
  returning r.attempts into attempt;
  if found then
    perform lethe.record_events(array[request], 'failed', 'worker',
      jsonb_build_object('error', left(error, 200), 'attempt', attempt));
    if attempt >= last then
      perform lethe.record_events(array[request], 'dead_letter', 'worker');
    end if;
  end if;
end
$function$;
comment on function lethe.record_failure(bigint, text) is
  'Counts a failed attempt and puts the request back with a growing delay; after lifecycle.requestAttempts it is a dead letter,
   which waits for retry_deletion(). error: SQLSTATE, table, constraint; never a message.
   The worker calls it for what SQL can''t catch: time-outs and lost connections. Errors: LT005 not allowed.';
