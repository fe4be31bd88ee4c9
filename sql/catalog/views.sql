-- The application's views and materialized views, and what each reads. $1: Lethe's schema.
select
  n.nspname::text as schema,
  c.relname::text as name,
  c.relkind = 'm' as materialized,
  exists (
    select
    from pg_options_to_table(c.reloptions) o
    where o.option_name = 'security_invoker'
      and o.option_value::boolean
  ) as security_invoker,
  (
    select json_agg(distinct rn.nspname || '.' || rc.relname)
    from pg_rewrite w
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    join pg_class rc on rc.oid = d.refobjid
    join pg_namespace rn on rn.oid = rc.relnamespace
    where w.ev_class = c.oid
      and d.refclassid = 'pg_class'::regclass
      and rc.oid <> c.oid
      and rc.relkind in ('r', 'p', 'f', 'v', 'm')
      and rn.nspname !~ '^pg_'
      and rn.nspname <> 'information_schema'
  ) as reads,
  format('view %I.%I', n.nspname, c.relname) as own
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and n.nspname !~ '^pg_'
  and n.nspname not in ('information_schema', 'graphile_migrate', 'graphile_worker', $1::text)
  -- Another Lethe, for another kind of subject.
  and not (
    exists (select from pg_class s where s.relnamespace = n.oid and s.relname = 'annotated_column')
    and exists (select from pg_class s where s.relnamespace = n.oid and s.relname = 'deletion_request')
  )
  and not exists (
    select
    from pg_depend d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      and d.deptype = 'e'
  )
