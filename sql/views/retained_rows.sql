-- object: view lethe.retained_rows
-- roles: admin worker
create or replace view lethe.retained_rows as
select n.table_name,
       extract(year from r.purge_after at time zone 'UTC')::integer as year,
       n.basis,
       count(*) as rows,
       min(r.purge_after) as purged_from,
       max(r.purge_after) as purged_until,
       count(*) filter (where r.purge_after <= now()) as overdue,
       count(*) filter (where r.last_error is not null) as failing,
       max(r.last_error) as last_error
from lethe.retained r
join lethe.retention n on n.id = r.retention_id
group by n.table_name, year, n.basis;
comment on view lethe.retained_rows is
  'Rows of erased people that are kept on a legal basis, by table and the year in which they are purged (UTC); those whose
   time is over already, and those whose purge fails.';
