-- The application's tables. $1: Lethe's schema.
-- Left out: the system's schemas, temporary ones, the migration and job tools', what belongs to an extension.
select
  c.oid::text as relation,
  n.nspname::text as schema,
  c.relname::text as name,
  case
    when c.relispartition then 'partition'
    when c.relkind = 'p' then 'partitioned table'
    when c.relkind = 'f' then 'foreign table'
    else 'table'
  end as kind,
  case
    when c.relrowsecurity and c.relforcerowsecurity then 'forced'
    when c.relrowsecurity then 'on'
    else 'off'
  end as row_security,
  (
    select json_agg(pn.nspname || '.' || pc.relname order by i.inhseqno)
    from pg_inherits i
    join pg_class pc on pc.oid = i.inhparent
    join pg_namespace pn on pn.oid = pc.relnamespace
    where i.inhrelid = c.oid
  ) as parents,
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
  case c.relreplident
    when 'n' then 'nothing'
    when 'f' then 'full'
    when 'i' then 'index'
    else 'default'
  end as replica_identity,
  (
    select json_agg(p.pubname)
    from pg_publication p
    where (p.puballtables and c.relkind <> 'f' and c.relpersistence = 'p')
      or exists (
        select
        from pg_publication_rel r
        where r.prpubid = p.oid
          and r.prrelid = c.oid
      )
      or (
        c.relkind <> 'f'
        and c.relpersistence = 'p'
        and exists (
          select
          from pg_publication_namespace s
          where s.pnpubid = p.oid
            and s.pnnspid = c.relnamespace
        )
      )
  ) as publications,
  format('row security on %I.%I', n.nspname, c.relname) as own_row_security
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f')
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
