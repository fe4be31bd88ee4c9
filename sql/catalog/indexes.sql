-- The indexes of the tables in $1 (their oids as text).
select
  i.indrelid::text as relation,
  ic.relname::text as name,
  i.indisunique as is_unique,
  i.indisprimary as is_primary,
  am.amname::text as method,
  (
    -- INCLUDE columns come after the key columns and are no part of the key.
    select json_agg(a.attname order by k.position)
    from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum <> 0
    where k.position <= i.indnkeyatts
  ) as columns,
  (
    select json_agg(pg_get_indexdef(i.indexrelid, k.position::integer, false) order by k.position)
    from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
    where k.attnum = 0
      and k.position <= i.indnkeyatts
  ) as expressions,
  pg_get_expr(i.indpred, i.indrelid) as predicate,
  i.indnullsnotdistinct as nulls_not_distinct,
  not i.indimmediate as is_deferrable,
  i.indisvalid and i.indisready and i.indislive as valid,
  format('index %I.%I', n.nspname, ic.relname) as own
from pg_index i
join pg_class ic on ic.oid = i.indexrelid
join pg_namespace n on n.oid = ic.relnamespace
join pg_am am on am.oid = ic.relam
where i.indrelid = any ($1::text::oid[])
