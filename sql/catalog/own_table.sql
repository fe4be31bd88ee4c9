-- Lethe's list of its own objects, if Lethe is installed. $1: Lethe's schema.
select
  format('%I.%I', n.nspname, c.relname) as relation
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1::text
  and c.relname = 'object'
  and c.relkind = 'r'
