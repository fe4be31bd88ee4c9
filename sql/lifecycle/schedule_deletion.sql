-- object: function lethe.schedule_deletion({{key}}, lethe.strategy, text, interval, jsonb)
-- roles: app admin worker
create or replace function lethe.schedule_deletion(
  subject {{key}},
  strategy lethe.strategy default null,
  reason text default null,
  grace interval default null,
  options jsonb default '{}'
) returns lethe.scheduled
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
  -- Here, because a call costs less as an expression than as a statement of its own.
  begun constant boolean := lethe.begin_change(wait => true);
  terms lethe.annotation;
  chosen text;
  due timestamptz;
  latest timestamptz;
  previous record;
  obstacle text;
  obstacles jsonb;
  token text;
  request bigint;
  at constant timestamptz := clock_timestamp();
  facts jsonb;
  head bytea;
  kept jsonb;
  wake boolean;
begin
  select a.* into strict terms from lethe.annotation a;

  chosen := coalesce(strategy, terms.strategies[1]);
  if chosen <> all (terms.strategies) then
    raise exception 'strategy % is not allowed', chosen
      using errcode = 'invalid_parameter_value',
            hint = format('The annotation allows: %s.', array_to_string(terms.strategies, ', '));
  end if;
  options := case when options <> '{}' then lethe.complete_options(options, terms.options) else terms.options end;

  due := lethe.later(now(), coalesce(grace, terms.grace_period));
  latest := lethe.later(now(), interval '1 month');
  if due < now() or due > latest then
    raise exception 'a grace period of % is not possible', grace
      using errcode = 'invalid_parameter_value',
            hint = 'It can''t be negative, and the erasure must be done within one month of the request (GDPR Art. 12(3)).';
  end if;

  -- From here on nobody can sign in, cancel or schedule at the same time.
  kept := lethe.preserve(subject);
  if kept is null then
    perform lethe.refuse('LT006', subject, 'no such subject', 'Pass the key of a person who is there.');
  end if;

  select r.id, r.state, r.scheduled_for, r.cancelled_at into previous
  from lethe.deletion_request r
  where r.subject_id = subject
  order by r.id desc
  limit 1;
  if previous.state = 'scheduled' then
    perform lethe.refuse('LT001', subject, 'deletion is already scheduled',
      'Cancel it first with lethe.cancel_deletion().',
      jsonb_build_object('request', previous.id, 'scheduled_for', previous.scheduled_for));
  elsif previous.state = 'executing' then
    perform lethe.refuse('LT008', subject, 'deletion is in progress', 'Nothing is left to do: the worker finishes it.',
      jsonb_build_object('request', previous.id));
  elsif previous.state in ('erased', 'completed') then
    -- Not marked: somebody new under the key of a row that was deleted.
    if lethe.is_marked(subject) then
      perform lethe.refuse('LT001', subject, 'already deleted', 'Nothing is left to do.',
        jsonb_build_object('request', previous.id));
    end if;
  elsif lethe.later(previous.cancelled_at, terms.cancel_cooldown) > now() then
    perform lethe.refuse('LT004', subject, 'a deletion was cancelled a short while ago',
      'Wait until the cooldown is over.',
      jsonb_build_object('until', lethe.later(previous.cancelled_at, terms.cancel_cooldown)));
  end if;

  if subject = any (lethe.blocked_subjects(array[subject])) then
    obstacle := lethe.refusal(subject);
    if obstacle is not null then
      perform lethe.refuse('LT003', subject, obstacle, 'The annotation refuses deletion for this row.');
    end if;
    select jsonb_agg(jsonb_build_object('code', b.code, 'message', b.message, 'count', b.count)),
           string_agg(b.message, ', ')
      into obstacles, obstacle
    from lethe.count_blockers(subject) b
    where b.blocking and b.count > 0;
    -- Null where it was gone a moment later.
    if obstacles is not null then
      perform lethe.refuse('LT003', subject, 'deletion is blocked: ' || obstacle,
        'Remove or hand over what blocks it; lethe.deletion_blockers() lists it.',
        jsonb_build_object('blockers', obstacles));
    end if;
  end if;

  token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  request := nextval('lethe.deletion_request_id_seq');
  facts := jsonb_build_object('strategy', chosen, 'scheduled_for', due, 'options', options);
  -- With its first event, as record_events() would append it: the request is written once.
  head := lethe.event_hash(null, request, 1, 'scheduled', caller, at, facts);
  with requested as (
    insert into lethe.deletion_request (
      id, subject_id, strategy, options, reason, requested_by, scheduled_for, due_by,
      annotation_hash, preserved, cancel_token_hash, event_count, event_head
    )
    overriding system value
    values (
      request, subject, chosen, options, reason,
      case caller when 'service' then lethe.calling_role()::text else lethe.current_subject()::text end,
      due, latest, terms.hash, kept, sha256(convert_to(token, 'UTF8')), 1, head
    )
  ), recorded as (
    insert into lethe.deletion_event (request_id, seq, event, actor, at, details, hash)
    values (request, 1, 'scheduled', caller, at, facts, head)
  )
  insert into lethe.event_tally (event, count) values ('scheduled', 1);
  wake := lethe.lock_out(subject, due, array[request], token);
  -- The worker looks each minute anyway.
  if wake or due < now() + interval '1 minute' then
    perform pg_notify('lethe', '');
  end if;
  return (request, due, token)::lethe.scheduled;
end
$function$;
comment on function lethe.schedule_deletion({{key}}, lethe.strategy, text, interval, jsonb) is
  'Schedules a person''s deletion: locks them out at once, erases after the grace period.
   strategy: default the annotation''s first; grace: default the annotation''s, zero means at once, at most one month;
   options: the annotation''s options, e.g. {"delete_content": true}; reason: free text, wiped at execution.
   Returns the request, when it is due, and the one-time token for cancel_deletion_by_token().
   Errors: LT001 already scheduled or deleted, LT003 blocked or refused, LT004 in cooldown, LT005 not allowed,
   LT006 no such subject, LT008 in progress, LT015 wrong isolation level, 22023 strategy, grace or option not allowed.';
