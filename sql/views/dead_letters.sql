-- object: view lethe.dead_letters
-- roles: admin worker
create or replace view lethe.dead_letters as
select e.id as effect_id,
       e.request_id,
       e.name,
       e.handler,
       e.at,
       e.attempts,
       e.last_error,
       e.created_at,
       e.payload is not null as retryable
from lethe.effect e
where e.state = 'failed';
comment on view lethe.dead_letters is
  'Effects that failed for good; retry_effect() puts one back where its payload isn''t wiped (retryable).';
