-- object: function lethe.withdraw_effects(bigint[], text[])
create or replace function lethe.withdraw_effects(requests bigint[], times text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  settled lethe.effect[];
begin
  with withdrawn as (
    update lethe.effect e
    set withdrawn = true,
        payload = null,
        -- What a worker has in its hands may have happened already: it is waited for, and not tried again.
        state = case when e.state = 'delivering' then e.state else 'skipped' end,
        receipt = case when e.state = 'delivering' then e.receipt else '{"reason": "withdrawn"}' end,
        finished_at = case when e.state = 'delivering' then e.finished_at else now() end,
        next_attempt_at = case when e.state = 'delivering' then e.next_attempt_at end
    where e.request_id = any (requests)
      and e.at = any (times)
      and e.state in ('pending', 'delivering', 'failed')
    returning e
  )
  select coalesce(array_agg(w.e) filter (where (w.e).state = 'skipped'), '{}') into settled from withdrawn w;
  if cardinality(settled) > 0 then
    perform lethe.settle_effects(settled);
  end if;
end
$function$;
comment on function lethe.withdraw_effects(bigint[], text[]) is
  'Ends effects that have lost their sense: what nobody has begun is skipped, what is under way ends as it may.
   Their payloads are wiped. The caller holds the requests'' locks.';
