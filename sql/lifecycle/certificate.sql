-- object: function lethe.certificate(bigint)
-- roles: admin worker
create or replace function lethe.certificate(request bigint) returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
-- The same bytes whoever asks, wherever they are.
set timezone = 'UTC'
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
begin
  perform lethe.require_operator();
  select r.* into target from lethe.deletion_request r where r.id = request;
  if not found then
    perform lethe.refuse('LT002', null, 'no such request', 'lethe.deletion_status() says which request a person has.',
      jsonb_build_object('request', request));
  end if;
  return jsonb_build_object(
    'request', target.id,
    'state', target.state,
    'strategy', target.strategy,
    'options', target.options,
    'requested_at', target.requested_at,
    'scheduled_for', target.scheduled_for,
    'due_by', target.due_by,
    'executed_at', target.executed_at,
    'completed_at', target.completed_at,
    'cancelled_at', target.cancelled_at,
    'in_time', coalesce(target.completed_at, now()) <= target.due_by,
    'annotation', target.annotation_hash,
    'erased', (
      select coalesce(jsonb_agg(jsonb_build_object('at', e.at) || e.details order by e.seq), '[]')
      from lethe.deletion_event e
      where e.request_id = request and e.event in ('begun', 'executed')
    ),
    'effects', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'effect', f.name,
        'recipient', f.handler,
        'at', f.at,
        'state', f.state,
        'attempts', f.attempts,
        'created_at', f.created_at,
        'finished_at', f.finished_at,
        'receipt', f.receipt
      ) order by f.id), '[]')
      from lethe.effect f
      where f.request_id = request
    ),
    'kept', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'table', k.table_name, 'basis', k.basis, 'rows', k.rows, 'until', k.until
      ) order by k.table_name, k.basis), '[]')
      from (
        select n.table_name, n.basis, count(*) as rows, max(t.purge_after) as until
        from lethe.retained t
        join lethe.retention n on n.id = t.retention_id
        where t.request_id = request
        group by n.table_name, n.basis
      ) k
    ),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'event', e.event, 'at', e.at, 'actor', e.actor) order by e.seq), '[]')
      from lethe.deletion_event e
      where e.request_id = request
    ),
    'chain', jsonb_build_object(
      'events', target.event_count,
      'head', encode(target.event_head, 'hex'),
      'problems', (select count(*) from lethe.verify_events(request))
    )
  );
end
$function$;
comment on function lethe.certificate(bigint) is
  'What was done for one request, where and when: strategy, the annotation''s hash, rows erased, effects with their receipts,
   what is kept and until when, and the end of its event chain. No personal data, and no key of a person: whoever hands it
   out knows to whom. Before the request is completed it says how far things are. Times are UTC.
   Errors: LT002 no such request, LT005 not allowed.';
