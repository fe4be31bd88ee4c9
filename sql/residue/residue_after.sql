-- object: function lethe.residue_after(timestamptz, bigint, timestamptz, integer)
-- roles: worker
create or replace function lethe.residue_after(
  after timestamptz default now() - interval '48 hours',
  request bigint default 0,
  upto timestamptz default now(),
  max integer default 500
) returns lethe.residue_look
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
set lock_timeout = '5s'
as $function$
#variable_conflict use_variable
declare
  requests bigint[];
  outcome lethe.residue_look := (0, 0, after, request);
  name text;
  found_ones bigint[];
  place text;
begin
  perform lethe.require_service();
  perform lethe.require_read_committed();
  if max is null or max < 1 then
    raise exception 'max must be at least 1' using errcode = 'invalid_parameter_value';
  end if;
  select coalesce(array_agg(c.id), '{}'), max(c.executed_at), count(*)
  into requests, outcome.last_executed, outcome.looked
  from (
    select r.id, r.executed_at
    from lethe.deletion_request r
    where r.state in ('erased', 'completed')
      and (r.executed_at, r.id) > (after, request)
      and r.executed_at <= upto
    order by r.executed_at, r.id
    limit max
  ) c;
  outcome.last_request := requests[cardinality(requests)];
  if outcome.looked = 0 then
    return (0, 0, after, request)::lethe.residue_look;
  end if;

  -- Strategies that are allowed no more have no procedure; those that touch a drifted table wait for the team.
  foreach name in array array(
    select s.name
    from lethe.annotation a
    cross join lateral unnest(a.strategies) as s (name)
    where not exists (select from lethe.refused_by_drift() f where f.strategy = s.name)
  ) loop
    for place, found_ones in
      select w.table_name, array_agg(w.request_id)
      from lethe.with_residue(name, array(
        select r.id
        from lethe.deletion_request r
        where r.id = any (requests)
          and r.strategy = name
          -- Somebody new under the same key isn't the one who left.
          and not lethe.is_live(r.subject_id)
          and not (name = 'hard_delete' and lethe.is_marked(r.subject_id))
          and not (
            select exists (
              select from lethe.deletion_request later where later.subject_id = r.subject_id and later.id > r.id
            )
          )
      )) w
      group by w.table_name
      order by w.table_name
    loop
      outcome.found := outcome.found + lethe.reopen_requests(name, found_ones, place);
    end loop;
  end loop;
  if outcome.found > 0 then
    perform pg_notify('lethe', '');
  end if;
  return outcome;
end
$function$;
comment on function lethe.residue_after(timestamptz, bigint, timestamptz, integer) is
  'Looks again at up to max requests that were executed after the time given, and up to another: a transaction that began before
   an erasure may have written for the person after it. Where anything is found, the event residue_found says in which table,
   and the request is executing again, visible in lethe.overdue, until continue_deletion() has erased it.
   Call it again with last_executed and last_request while looked equals max; the worker does so each day for the last two days.
   Somebody new under the key of a deleted row is left alone. Errors: LT005 not allowed, LT015 wrong isolation level.';
