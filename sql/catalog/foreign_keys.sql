-- The foreign keys of the tables in $1 (their oids as text).
-- A key that references a partitioned table has a hidden copy for each partition it points at: those are
-- told by pointing elsewhere than the key they descend from. A key that is NOT ENFORCED (18 and later) neither
-- checks nor acts, so it is no foreign key here.
with recursive keys as (
  select
    con.oid,
    con.confrelid as declared_target
  from pg_constraint con
  where con.contype = 'f'
    and con.conparentid = 0
  union all
  select
    con.oid,
    k.declared_target
  from keys k
  join pg_constraint con on con.conparentid = k.oid
  where con.contype = 'f'
)
select
  con.conrelid::text as relation,
  con.conname::text as name,
  (
    select json_agg(a.attname order by k.position)
    from unnest(con.conkey) with ordinality as k (attnum, position)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.attnum
  ) as columns,
  tn.nspname || '.' || tc.relname as target,
  (
    select json_agg(a.attname order by k.position)
    from unnest(con.confkey) with ordinality as k (attnum, position)
    join pg_attribute a on a.attrelid = con.confrelid and a.attnum = k.attnum
  ) as target_columns,
  con.confdeltype::text as on_delete,
  (
    select json_agg(a.attname order by k.position)
    from unnest(con.confdelsetcols) with ordinality as k (attnum, position)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.attnum
  ) as on_delete_columns,
  con.confupdtype::text as on_update,
  con.condeferrable as is_deferrable,
  con.condeferred as initially_deferred
from keys
join pg_constraint con on con.oid = keys.oid
join pg_class tc on tc.oid = con.confrelid
join pg_namespace tn on tn.oid = tc.relnamespace
where con.contype = 'f'
  and con.confrelid = keys.declared_target
  and con.conrelid = any ($1::text::oid[])
  and (
    -- Before 18 there is no such column: the bare name then means the outer one.
    select (select conenforced from pg_constraint same where same.oid = con.oid)
    from (values (true)) as older (conenforced)
  )
