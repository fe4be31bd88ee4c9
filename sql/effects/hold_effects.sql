-- object: function lethe.hold_effects(bigint[])
create or replace function lethe.hold_effects(requests bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
begin
  update lethe.effect e
  set next_attempt_at = null
  where e.request_id = any (requests)
    and e.state = 'pending'
    and e.next_attempt_at is not null
    and cardinality(e.after) > 0
    and lethe.is_held(e.request_id, e.after);
end
$function$;
comment on function lethe.hold_effects(bigint[]) is 'Lets effects wait for those that have to be done before them.';
