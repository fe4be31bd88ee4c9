-- object: view lethe.effect_counts
-- roles: admin worker
create or replace view lethe.effect_counts as
select e.handler,
       e.state,
       count(*) as effects,
       count(*) filter (where e.failures > 0) as failing,
       min(e.created_at) as oldest,
       min(e.next_attempt_at) as next_attempt_at
from lethe.effect e
where e.state in ('pending', 'delivering', 'failed')
group by e.handler, e.state;
comment on view lethe.effect_counts is
  'Effects that aren''t done yet, by handler and state; failed are dead letters. How far behind a handler is: now() - oldest.';
