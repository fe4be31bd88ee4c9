-- object: function lethe.retry_effect(bigint)
-- roles: admin worker
create or replace function lethe.retry_effect(effect bigint) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  letter lethe.effect;
begin
  perform lethe.require_operator();
  perform lethe.require_read_committed();
  perform from lethe.deletion_request r
  where r.id = (select e.request_id from lethe.effect e where e.id = effect)
  for update;
  select e.* into letter from lethe.effect e where e.id = effect;
  if letter.id is null then
    perform lethe.refuse('LT016', null, 'no such effect', 'lethe.effect_status() lists a request''s effects.',
      jsonb_build_object('effect', effect));
  elsif letter.state <> 'failed' then
    perform lethe.refuse('LT016', null, format('the effect is %s, not failed', letter.state),
      'Only a dead letter is put back; everything else goes on by itself.',
      jsonb_build_object('effect', effect, 'request', letter.request_id, 'state', letter.state));
  elsif letter.payload is null then
    perform lethe.refuse('LT016', null, 'the effect''s payload is wiped',
      'It was kept as long as lifecycle.payloadRetention says. Do the work by hand.',
      jsonb_build_object('effect', effect, 'request', letter.request_id, 'state', letter.state));
  end if;
  perform lethe.put_back(array[effect]);
end
$function$;
comment on function lethe.retry_effect(bigint) is
  'Puts a dead letter back, to be delivered now and with all its attempts anew.
   Errors: LT005 not allowed, LT015 wrong isolation level, LT016 not a dead letter, or its payload is wiped.';
