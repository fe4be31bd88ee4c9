-- object: view lethe.pending
-- roles: admin worker
create or replace view lethe.pending as
select r.id as request_id,
       r.subject_id,
       r.state,
       r.strategy,
       r.requested_at,
       r.scheduled_for,
       r.due_by,
       r.attempts,
       r.next_attempt_at,
       r.blocked_at,
       r.last_error
from lethe.deletion_request r
where r.state in ('scheduled', 'executing', 'erased');
comment on view lethe.pending is 'Every request that is neither completed nor cancelled.';
