-- object: view lethe.due
create or replace view lethe.due as
select r.id as request_id,
       greatest(r.scheduled_for, r.next_attempt_at) as due_since
from lethe.deletion_request r
where r.state = 'scheduled'
  and r.blocked_at is null
  and greatest(r.scheduled_for, r.next_attempt_at) <= now()
  -- The month of Art. 12(3) matters more than quiet hours. Asked once, not for each row.
  and ((select lethe.in_window()) or r.due_by < now() + interval '2 days');
comment on view lethe.due is 'Requests that may be executed now: the one place that says so.';
