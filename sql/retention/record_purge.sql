-- object: function lethe.record_purge(lethe.retention, lethe.purge_outcome[])
create or replace function lethe.record_purge(terms lethe.retention, seen lethe.purge_outcome[]) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
begin
  -- Each entry is looked up by its whole key, whatever the plan knew of the table when the session made it: joined, the
  -- entries would be compared each with each. The caller holds them, so where they lie (ctid) is where they are found again.
  delete from lethe.retained r
  where r.ctid = any (array(
    select k.place
    from unnest(seen) s
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = s.request_id and k.retention_id = terms.id and k.row_key = s.row_key
      offset 0
    ) k
    where s.outcome in ('purged', 'gone', 'released')
  ));

  update lethe.retained r
  set purge_after = s.purge_after,
      next_attempt_at = null
  from (
    select k.place, s.purge_after
    from unnest(seen) s
    cross join lateral (
      select k.ctid as place
      from lethe.retained k
      where k.request_id = s.request_id and k.retention_id = terms.id and k.row_key = s.row_key
      offset 0
    ) k
    where s.outcome = 'later'
  ) s
  where r.ctid = s.place;

  perform lethe.postpone_purge(
    terms.id,
    array(
      select k.entry
      from unnest(seen) s
      cross join lateral (
        select r as entry
        from lethe.retained r
        where r.request_id = s.request_id and r.retention_id = terms.id and r.row_key = s.row_key
        offset 0
      ) k
      where s.outcome = wrong.outcome
    ),
    wrong.error || ' ' || terms.table_name
  )
  from (values ('swallowed', 'LT014'), ('unknown', 'LT009')) as wrong (outcome, error);

  -- Requests with as many rows share a call; each gets an event of its own.
  perform lethe.record_events(g.requests, 'purged', 'worker', jsonb_build_object('table', terms.table_name, 'rows', g.rows))
  from (
    select n.rows, array_agg(n.request_id order by n.request_id) as requests
    from (
      select s.request_id, count(*) as rows
      from unnest(seen) s
      where s.outcome = 'purged'
      group by s.request_id
    ) n
    group by n.rows
  ) g;
  return (select count(distinct s.row_key) from unnest(seen) s where s.outcome = 'purged');
end
$function$;
comment on function lethe.record_purge(lethe.retention, lethe.purge_outcome[]) is
  'Closes the entries whose rows are gone or somebody else''s, puts the others back, and appends the events.';
