-- object: view lethe.due
create or replace view lethe.due as
select r.id as request_id,
       greatest(r.scheduled_for, r.next_attempt_at) as due_since
from lethe.deletion_request r
where r.state = 'scheduled'
  and r.blocked_at is null
  and greatest(r.scheduled_for, r.next_attempt_at) <= now()
  and r.due_by < (select lethe.due_by_limit());
comment on view lethe.due is 'Requests that may be executed now: the one place that says so.';
