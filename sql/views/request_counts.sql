-- object: view lethe.request_counts
-- roles: admin worker
create or replace view lethe.request_counts as
select s.state,
       count(r.id) as requests
from unnest(array['scheduled', 'executing', 'erased', 'completed', 'cancelled']) as s (state)
left join lethe.deletion_request r on r.state = s.state
group by s.state;
comment on view lethe.request_counts is 'How many requests are in each state.';
