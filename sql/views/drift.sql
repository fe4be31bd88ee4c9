-- object: view lethe.drift
-- roles: admin worker
create or replace view lethe.drift as
select d.table_name,
       d.object,
       d.kind,
       d.expected,
       d.found,
       d.severity,
       d.strategies
from lethe.differences() d
order by d.severity, d.table_name, d.kind, d.object;
comment on view lethe.drift is
  'How the database differs from the one that the annotation was made for. Requests with one of the strategies named
   wait until the difference is decided: lethe sync, decide, lethe generate, migrate.';
