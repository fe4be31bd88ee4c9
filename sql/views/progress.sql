-- object: view lethe.progress
-- roles: admin worker
create or replace view lethe.progress as
select r.id as request_id,
       r.subject_id,
       r.strategy,
       begun.at as begun_at,
       coalesce(erased.rows, 0) as rows_erased,
       coalesce(found.rows, 0) as rows_found,
       r.chunk as rows_a_step,
       r.attempts,
       r.next_attempt_at,
       r.last_error
from lethe.deletion_request r
left join lateral (
  select max(e.at) as at
  from lethe.deletion_event e
  where e.request_id = r.id and e.event = 'begun'
) begun on true
left join lateral (
  select sum(counted.value::bigint)::bigint as rows
  from jsonb_each(r.erased) by_strategy
  cross join lateral jsonb_each_text(by_strategy.value) counted
) erased on true
left join lateral (
  select sum(cardinality(f.places))::bigint as rows
  from lethe.found_rows f
  where f.request_id = r.id
) found on true
where r.state = 'executing';
comment on view lethe.progress is
  'Erasures that go in steps: rows erased so far, and rows found that the next steps erase (ten chunks are looked for at a time).';
