-- The lists of own objects of every Lethe in this database: one a kind of subject. $1: the schema of the one that asks.
select
  format('%I.%I', n.nspname, c.relname) as relation
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'object'
  and c.relkind = 'r'
  and (
    n.nspname = $1::text
    or exists (select from pg_class s where s.relnamespace = n.oid and s.relname = 'annotated_column')
    and exists (select from pg_class s where s.relnamespace = n.oid and s.relname = 'deletion_request')
  )
