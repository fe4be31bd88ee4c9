-- object: function lethe.close_effect(bigint, text)
-- roles: admin worker
create or replace function lethe.close_effect(effect bigint, note text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  actor constant text := case when lethe.is_service() then 'service' else 'admin' end;
  letter lethe.effect;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  if coalesce(trim(note), '') = '' or length(note) > 200 then
    raise exception 'the note is empty or longer than 200 characters'
      using errcode = 'invalid_parameter_value', hint = 'Say how the work was done. It is kept: nothing personal.';
  end if;
  perform from lethe.deletion_request r
  where r.id = (select e.request_id from lethe.effect e where e.id = effect)
  for update;
  update lethe.effect e
  set state = 'skipped',
      payload = null,
      finished_at = now(),
      last_error = null,
      receipt = jsonb_build_object('closed_by', actor, 'note', note)
  where e.id = effect
    and e.state = 'failed'
  returning e.* into letter;
  if letter.id is null then
    perform lethe.refuse('LT016', null, 'no such effect, or it is no dead letter',
      'lethe.dead_letters lists those that failed for good.', jsonb_build_object('effect', effect));
  end if;
  perform lethe.record_events(array[letter.request_id], 'effect_closed', actor,
    jsonb_build_object('effect', letter.name, 'note', note));
  perform lethe.settle_effects(array[letter]);
end
$function$;
comment on function lethe.close_effect(bigint, text) is
  'Ends a dead letter whose work somebody did by hand; the request is completed where it was the last. note: how, at most 200
   characters; it is kept in the certificate, so nothing personal.
   Errors: LT005 not allowed, LT015 wrong isolation level, LT016 not a dead letter, 22023 no note.';
