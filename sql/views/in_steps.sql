-- object: view lethe.in_steps
create or replace view lethe.in_steps as
select r.id as request_id,
       greatest(r.scheduled_for, r.next_attempt_at) as due_since
from lethe.deletion_request r
where r.state = 'executing'
  and (r.next_attempt_at is null or r.next_attempt_at <= now())
  and r.due_by < (select lethe.due_by_limit());
comment on view lethe.in_steps is 'Requests whose erasure goes in steps and may go on now.';
