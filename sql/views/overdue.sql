-- object: view lethe.overdue
-- roles: admin worker
create or replace view lethe.overdue as
select r.id as request_id,
       r.subject_id,
       r.state,
       r.strategy,
       r.scheduled_for,
       r.due_by,
       now() - r.scheduled_for as late_by,
       case
         when r.state = 'erased' then 'effects are open'
         when r.last_error like 'LT009%' then 'drift'
         when r.next_attempt_at = 'infinity' then 'dead letter'
         when r.state = 'executing' and r.last_error like 'LT014%' then 'residue found'
         when r.blocked_at is not null and r.last_error like 'effect %' then 'a required effect is open'
         when r.blocked_at is not null then 'blocked'
         when r.attempts > 0 and (r.state = 'scheduled' or r.next_attempt_at > now()) then 'failed'
         when r.due_by >= (select lethe.due_by_limit()) then 'the execution window'
         when r.state = 'executing' then 'in progress'
         else 'waits for the worker'
       end as waits_because,
       r.attempts,
       r.next_attempt_at,
       r.last_error,
       now() > r.due_by as past_due_by
from lethe.deletion_request r
where r.state in ('scheduled', 'executing', 'erased')
  and r.scheduled_for <= now();
comment on view lethe.overdue is 'Requests whose time has come and that are not completed, with what each waits for.';
